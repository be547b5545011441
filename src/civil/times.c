/* Percentiles of how long answers took. */
#include "civil/times.h"

#include <math.h>

enum {
	DIGITS = 8,    /* of one count */
	SHORTEST = 900 /* the end of bucket 0, in seconds */
};

bool times_read(struct str digits, struct times *ret)
{
	int64_t place = 1;

	*ret = (struct times){.n = 0};
	if (digits.len == 0 || digits.len > (size_t)TIMES_BUCKETS * DIGITS)
		return false;
	for (size_t i = 0; i < digits.len; i++, place *= 10) {
		char c = digits.at[digits.len - 1 - i];

		if (c < '0' || c > '9')
			return false;
		place = i % DIGITS == 0 ? 1 : place;
		ret->count[i / DIGITS] += (c - '0') * place;
		ret->n += (c - '0') * place;
	}
	return true;
}

/* The middle of a bucket, by what it is longer than and up to. */
static int64_t middle(int bucket)
{
	double steps = bucket == 0 ? 0 : bucket == TIMES_BUCKETS - 1 ? bucket - 1 : bucket - 0.5;

	return llround(SHORTEST * exp2(steps / 4));
}

int64_t times_percentile(const struct times *times, int percent)
{
	int64_t left = (times->n * percent + 99) / 100;
	int bucket = 0;

	if (times->n == 0)
		return -1;
	while (left > times->count[bucket])
		left -= times->count[bucket++];
	return middle(bucket);
}
