/* What is urgent in the event loop runs first, and soon after it came. */
#include "unit.h"

#include <event2/event_struct.h>
#include <stdbool.h>

#include "base/loop.h"

enum {
	MANY = 100
};

static struct event ordinary[MANY], urgent;
static int ran, ran_before_urgent;

static void on_urgent(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	ran_before_urgent = ran;
}

static void on_ordinary(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	if (ran++ == 0 && arg)
		event_active(&urgent, EV_TIMEOUT, 0);
}

/* All ordinary ones are active; `first` of them makes the urgent one active, too. */
static struct event_base *crowd(bool first)
{
	struct event_base *loop = loop_new();

	assert_non_null(loop);
	ran = 0;
	ran_before_urgent = -1;
	event_assign(&urgent, loop, -1, 0, on_urgent, NULL);
	loop_urgent(&urgent);
	for (int i = 0; i < MANY; i++) {
		event_assign(&ordinary[i], loop, -1, 0, on_ordinary, first ? &urgent : NULL);
		event_active(&ordinary[i], EV_TIMEOUT, 0);
	}
	return loop;
}

static void test_urgent_goes_first(void **state)
{
	struct event_base *loop = crowd(false);

	(void)state;
	event_active(&urgent, EV_TIMEOUT, 0);
	event_base_dispatch(loop);
	assert_int_equal(ran_before_urgent, 0);
	assert_int_equal(ran, MANY);
	event_base_free(loop);
}

static void test_urgent_does_not_wait_for_a_crowd(void **state)
{
	struct event_base *loop = crowd(true);

	(void)state;
	event_base_dispatch(loop);
	assert_in_range(ran_before_urgent, 1, 16);
	assert_int_equal(ran, MANY);
	event_base_free(loop);
}

static void test_who_was_urgent_can_be_ordinary(void **state)
{
	struct event_base *loop = crowd(false);

	(void)state;
	loop_ordinary(&urgent);
	event_active(&urgent, EV_TIMEOUT, 0);
	event_base_dispatch(loop);
	assert_int_equal(ran_before_urgent, MANY);
	event_base_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urgent_goes_first),
		cmocka_unit_test(test_urgent_does_not_wait_for_a_crowd),
		cmocka_unit_test(test_who_was_urgent_can_be_ordinary),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
