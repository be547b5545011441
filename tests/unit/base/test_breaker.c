/* base/breaker.h: when a server is left alone, and when it is tried again. */
#include "unit.h"

#include "base/breaker.h"

enum {
	PAUSE = 1000
};

static struct breaker opened(int64_t at)
{
	struct breaker b = {.pause_us = PAUSE, .most = 3};

	for (int i = 0; i < 3; i++) {
		assert_true(breaker_lets(&b, at));
		breaker_tell(&b, false, at);
	}
	return b;
}

static void failures_in_a_row_open_it(void **state)
{
	struct breaker b = {.pause_us = PAUSE, .most = 3};

	(void)state;
	for (int i = 0; i < 10; i++) {
		assert_true(breaker_lets(&b, i));
		breaker_tell(&b, i % 3 == 2, i);
	}
	b = opened(50);
	assert_false(breaker_lets(&b, 50));
	assert_false(breaker_lets(&b, 50 + PAUSE - 1));
}

static void one_tries_then(void **state)
{
	struct breaker b = opened(50);

	(void)state;
	assert_true(breaker_lets(&b, 50 + PAUSE));
	assert_false(breaker_lets(&b, 50 + PAUSE));
	breaker_tell(&b, false, 60 + PAUSE);
	assert_false(breaker_lets(&b, 59 + 2 * PAUSE));
	assert_true(breaker_lets(&b, 60 + 2 * PAUSE));
	breaker_tell(&b, true, 70 + 2 * PAUSE);
	for (int i = 0; i < 5; i++)
		assert_true(breaker_lets(&b, 70 + 2 * PAUSE));
}

/* Those that were out when it opened. */
static void late_answers(void **state)
{
	struct breaker b = opened(50);

	(void)state;
	breaker_tell(&b, false, 90);
	assert_false(breaker_lets(&b, 89 + PAUSE));
	breaker_tell(&b, true, 95);
	assert_true(breaker_lets(&b, 95));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(failures_in_a_row_open_it),
		cmocka_unit_test(one_tries_then), cmocka_unit_test(late_answers)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
