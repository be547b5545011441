#ifndef TIEPDAN_CIVIL_TIMES_H
#define TIEPDAN_CIVIL_TIMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* How long answers took, from filing, as a histogram: bucket 0 is up to a quarter of an hour, bucket n up to
 * 2^(1/4) times as long as bucket n - 1, and the last one has no end. report_bucket() and report_weight() of
 * migrations/0102_rollups.sql make them. */

enum {
	TIMES_BUCKETS = 64
};

struct times {
	int64_t count[TIMES_BUCKETS];
	int64_t n; /* of all buckets */
};

/* Reads a histogram that PostgreSQL has added up: a number of 64 counts of 8 decimal digits, bucket 0 last.
 * False when it is none. */
bool times_read(struct str digits, struct times *ret);

/* The time in seconds within which that many percent (1 to 100) of the answers were there. It is at most a
 * tenth longer or shorter than the time of the answer that it is of; up to a quarter of an hour it is that
 * quarter, beyond 16 months 16 months. -1 when there are no answers. */
int64_t times_percentile(const struct times *times, int percent);

#endif
