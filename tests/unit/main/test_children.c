/* serve/children.h: what the supervisor knows about its processes. Real processes that sleep stand for
 * workers. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "serve/children.h"

static struct children cs;
static int64_t now = 1000000000;

static pid_t start(struct child *c)
{
	int slot = children_metric_slot(&cs);
	pid_t pid = fork();

	assert_true(pid >= 0 && slot > 0);
	if (pid == 0) {
		signal(SIGTERM, SIG_DFL);
		for (;;)
			pause();
	}
	child_started(c, pid, slot, now);
	return pid;
}

/* Waits for a process to end and tells the books. */
static bool end(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return children_gone(&cs, pid, now);
}

static void start_all(void)
{
	for (unsigned i = 0; i < cs.n; i++) {
		assert_true(child_may_start(&cs.at[i], now));
		children_ready(&cs, start(&cs.at[i]));
	}
}

static int tear_down(void **state)
{
	(void)state;
	children_signal_all(&cs, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return 0;
}

static void ready_when_all_are(void **state)
{
	(void)state;
	children_init(&cs, 2);
	assert_int_equal(cs.n, 3);
	pid_t first = start(&cs.at[0]);
	children_ready(&cs, first);
	assert_false(children_all_ready(&cs));
	children_ready(&cs, start(&cs.at[1]));
	children_ready(&cs, start(&cs.at[2]));
	assert_true(children_all_ready(&cs));
	assert_int_equal(cs.at[2].role, WORKER_JOBS);
}

static void one_that_dies_early_waits_longer_each_time(void **state)
{
	int64_t pause = 0;

	(void)state;
	children_init(&cs, 1);
	for (int i = 0; i < 4; i++) {
		pid_t pid = start(&cs.at[0]);
		kill(pid, SIGKILL);
		assert_false(end(pid));
		assert_false(child_may_start(&cs.at[0], now));
		assert_true(cs.at[0].start_after_us - now > pause);
		pause = cs.at[0].start_after_us - now;
		now = cs.at[0].start_after_us;
		assert_true(child_may_start(&cs.at[0], now));
	}
}

static void one_that_lived_is_started_at_once(void **state)
{
	(void)state;
	children_init(&cs, 1);
	pid_t pid = start(&cs.at[0]);
	children_ready(&cs, pid);
	now += 60000000;
	kill(pid, SIGKILL);
	assert_false(end(pid));
	assert_true(child_may_start(&cs.at[0], now));
}

static void replaces_one_at_a_time_and_only_when_the_new_one_is_ready(void **state)
{
	(void)state;
	children_init(&cs, 2);
	start_all();
	pid_t old[] = {cs.at[0].pid, cs.at[1].pid, cs.at[2].pid};
	children_replace_all(&cs);
	for (unsigned i = 0; i < 3; i++) {
		children_step(&cs);
		children_step(&cs); /* nothing more happens while the first one is on its way */
		for (unsigned k = i + 1; k < 3; k++)
			assert_int_equal(cs.at[k].pid, old[k]);
		assert_true(child_may_start(&cs.at[i], now));
		pid_t fresh = start(&cs.at[i]);
		assert_int_equal(kill(old[i], 0), 0); /* still serving */
		assert_int_not_equal(cs.at[i].metric_slot, cs.at[i].old_slot);
		children_ready(&cs, fresh);
		assert_true(end(old[i])); /* told to leave, and it did */
	}
	assert_true(children_all_ready(&cs));
}

static void a_new_image_takes_over_and_replaces(void **state)
{
	(void)state;
	children_init(&cs, 1);
	start_all();
	pid_t old[] = {cs.at[0].pid, cs.at[1].pid};
	children_hand_over(&cs);
	children_init(&cs, 1);
	assert_null(getenv("TIEPDAN_CHILDREN"));
	assert_false(children_none_left(&cs));
	start_all();
	for (int i = 0; i < 2; i++) /* slots of before stay theirs until they have gone */
		assert_true(children_slot_of(&cs, old[i]) > 0 &&
			    children_slot_of(&cs, old[i]) != children_slot_of(&cs, cs.at[i].pid));
	assert_true(end(old[0]));
	assert_int_equal(children_slot_of(&cs, old[0]), -1);
	assert_true(end(old[1]));
	assert_true(children_all_ready(&cs));
}

static void nothing_is_left_after_the_end(void **state)
{
	(void)state;
	children_init(&cs, 2);
	start_all();
	pid_t pids[] = {cs.at[0].pid, cs.at[1].pid, cs.at[2].pid};
	children_signal_all(&cs, SIGTERM);
	for (int i = 0; i < 3; i++) {
		assert_false(children_none_left(&cs));
		end(pids[i]);
	}
	assert_true(children_none_left(&cs));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(ready_when_all_are, tear_down),
		cmocka_unit_test_teardown(one_that_dies_early_waits_longer_each_time, tear_down),
		cmocka_unit_test_teardown(one_that_lived_is_started_at_once, tear_down),
		cmocka_unit_test_teardown(
			replaces_one_at_a_time_and_only_when_the_new_one_is_ready, tear_down),
		cmocka_unit_test_teardown(a_new_image_takes_over_and_replaces, tear_down),
		cmocka_unit_test_teardown(nothing_is_left_after_the_end, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
