#ifndef TIEPDAN_COMMAND_GENERATE_DAYS_H
#define TIEPDAN_COMMAND_GENERATE_DAYS_H

#include "civil/city.h"

/* When tickets are filed: by day more than by night, on working days more than at weekends, more from year to
 * year, and many at once while it storms. */
struct days {
	int64_t from, to;     /* seconds */
	size_t n;	      /* hours */
	const double *before; /* the weight of all hours before each; one more than hours */
	const bool *storm;
};

/* Of [from, to). */
struct days days_make(
	struct arena *arena, const struct calendar *calendar, uint64_t seed, int64_t from, int64_t to);
/* When the k-th of n is filed, in seconds: rising with k. */
int64_t days_at(const struct days *days, int64_t k, int64_t n);
/* Whether it storms. */
bool days_storm(const struct days *days, int64_t at);

#endif
