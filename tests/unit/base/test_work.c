/* base/work.h: tasks run in their order beside the loop, and every owner is told once. */
#include "unit.h"

#include <pthread.h>
#include <unistd.h>

#include "base/work.h"

enum {
	TASKS = 200
};

struct counted {
	struct work_task task;
	pthread_t by;
	int order;
	bool done;
};

static struct event_base *loop;
static struct counted tasks[TASKS];
static int runs, dones;

static void run(struct work_task *task)
{
	struct counted *c = list_entry(task, struct counted, task);

	c->by = pthread_self();
	c->order = runs++;
}

static void done(struct work_task *task)
{
	struct counted *c = list_entry(task, struct counted, task);

	assert_false(c->done);
	assert_false(pthread_equal(c->by, pthread_self()));
	assert_int_equal(c->order, dones++);
	c->done = true;
	if (dones == TASKS)
		event_base_loopbreak(loop);
}

static struct work *hand_in(void)
{
	struct work *w = work_new(loop);

	assert_non_null(w);
	runs = dones = 0;
	for (int i = 0; i < TASKS; i++) {
		tasks[i] = (struct counted){.task = {.run = run, .done = done}};
		work_do(w, &tasks[i].task);
	}
	assert_int_equal(dones, 0);
	return w;
}

static void test_owners_are_told_in_the_loop(void **state)
{
	struct work *w = hand_in();

	(void)state;
	event_base_loopexit(loop, &(struct timeval){30, 0});
	event_base_dispatch(loop);
	assert_int_equal(dones, TASKS);
	work_free(w);
}

static void test_the_end_waits_for_all(void **state)
{
	(void)state;
	work_free(hand_in());
	assert_int_equal(dones, TASKS);
	work_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owners_are_told_in_the_loop),
		cmocka_unit_test(test_the_end_waits_for_all),
	};

	loop = event_base_new();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	event_base_free(loop);
	return failed;
}
