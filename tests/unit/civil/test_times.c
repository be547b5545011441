/* Percentiles of how long answers took: right within the stated bound, whatever the answers. */
#include "civil/times.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	N = 1000,
	DIGITS = 8 * TIMES_BUCKETS
};

/* As report_bucket() of the migration. */
static int bucket_of(double seconds)
{
	double steps = ceil(4 * log(fmax(1, seconds / 900)) / log(2) - 1e-9);

	return steps > TIMES_BUCKETS - 1 ? TIMES_BUCKETS - 1 : (int)steps;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct times histogram(const double *seconds, size_t n)
{
	char digits[DIGITS + 1];
	size_t counts[TIMES_BUCKETS] = {0};
	struct times times;

	for (size_t i = 0; i < n; i++)
		counts[bucket_of(seconds[i])]++;
	for (size_t i = 0; i < TIMES_BUCKETS; i++)
		snprintf(digits + 8 * i, 9, "%08zu", counts[TIMES_BUCKETS - 1 - i]);
	assert_true(times_read(str_of(digits + strspn(digits, "0")), &times));
	return times;
}

static void within_the_bound(void **state)
{
	static const int percents[] = {1, 50, 90, 95, 100};
	double seconds[N];

	(void)state;
	srand(7);
	for (int round = 0; round < 200; round++) {
		double longest = 900 * exp2(1 + rand() % 14);

		for (size_t i = 0; i < N; i++)
			seconds[i] = 900 + longest * rand() / RAND_MAX;
		struct times times = histogram(seconds, N);
		qsort(seconds, N, sizeof(*seconds), by_value);
		assert_int_equal(times.n, N);
		for (size_t p = 0; p < sizeof(percents) / sizeof(percents[0]); p++) {
			double right = seconds[percents[p] * N / 100 - 1],
			       said = (double)times_percentile(&times, percents[p]);
			assert_true(said <= right * 1.1 && said >= right / 1.1);
		}
	}
}

static void both_ends(void **state)
{
	struct times times = histogram((double[]){1}, 1);

	(void)state;
	assert_int_equal(times_percentile(&times, 50), 900);
	times = histogram((double[]){1e9}, 1);
	assert_int_equal(times_percentile(&times, 50), 900 * llround(exp2(15.5) * 1000) / 1000);
}

static void no_answers(void **state)
{
	struct times times;

	(void)state;
	assert_true(times_read(STR("0"), &times));
	assert_int_equal(times_percentile(&times, 50), -1);
}

static void what_is_no_histogram(void **state)
{
	char digits[DIGITS + 2];
	struct times times;

	(void)state;
	memset(digits, '1', sizeof(digits) - 1);
	digits[sizeof(digits) - 1] = '\0';
	assert_false(times_read(str_of(digits), &times));
	assert_false(times_read(STR("-1"), &times));
	assert_false(times_read(STR("1.5"), &times));
	assert_false(times_read(STR_NONE, &times));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(within_the_bound),
		cmocka_unit_test(both_ends),
		cmocka_unit_test(no_answers),
		cmocka_unit_test(what_is_no_histogram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
