/* base/fail.h: the n-th call and no other, and specifications that make no sense. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/fail.h"

static int disarm(void **state)
{
	(void)state;
	fail_arm(NULL);
	return 0;
}

static void off(void **state)
{
	(void)state;
	for (int kind = 0; kind < FAIL_KINDS; kind++)
		assert_false(fail_now((enum fail_kind)kind));
	fail_arm("");
	assert_false(fail_now(FAIL_READ));
	assert_int_equal(fail_calls(FAIL_READ), 0);
}

static void the_third_call(void **state)
{
	(void)state;
	fail_arm("read:3");
	for (int i = 1; i <= 10; i++) {
		errno = 0;
		assert_int_equal(fail_now(FAIL_READ), i == 3);
		assert_int_equal(errno, i == 3 ? EIO : 0);
		assert_false(fail_now(FAIL_WRITE));
	}
	assert_int_equal(fail_calls(FAIL_READ), 10);
	assert_int_equal(fail_calls(FAIL_WRITE), 10);
}

static void the_third_and_all_later(void **state)
{
	(void)state;
	fail_arm("db_send:3+");
	for (int i = 1; i <= 10; i++)
		assert_int_equal(fail_now(FAIL_DB_SEND), i >= 3);
}

static void the_third_and_every_fourth_later(void **state)
{
	(void)state;
	fail_arm("read:3*4");
	for (int i = 1; i <= 12; i++)
		assert_int_equal(fail_now(FAIL_READ), i == 3 || i == 7 || i == 11);
}

static void the_allocator(void **state)
{
	void *piece;

	(void)state;
	fail_arm("malloc:2");
	piece = fail_malloc(10);
	assert_non_null(piece);
	assert_null(fail_realloc(piece, 20));
	assert_int_equal(errno, ENOMEM);
	piece = fail_realloc(piece, 20);
	assert_non_null(piece);
	free(piece);
}

static void nonsense_ends_the_process(void **state)
{
	static const char *const specs[] = {"x", "malloc", "malloc:", "malloc:0", "malloc:-1", "malloc:1++",
		"malloc:+", "malloc:*", "malloc:1*", "malloc:*1", "malloc:1*0", "malloc:1*2*3", "malloc:1*2+",
		"malloc:1 ", "Malloc:1", "mallo:1", ":1", "malloc:99999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(specs) / sizeof(*specs); i++) {
		pid_t child = fork();
		int status = 0;

		if (child == 0) {
			close(STDERR_FILENO);
			fail_arm(specs[i]);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(off, disarm),
		cmocka_unit_test_teardown(the_third_call, disarm),
		cmocka_unit_test_teardown(the_third_and_all_later, disarm),
		cmocka_unit_test_teardown(the_third_and_every_fourth_later, disarm),
		cmocka_unit_test_teardown(the_allocator, disarm),
		cmocka_unit_test_teardown(nonsense_ends_the_process, disarm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
