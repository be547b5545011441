/* The epoch: all processes of a server count together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/epoch.h"

static void test_processes_share_it(void **state)
{
	struct epoch *epoch = epoch_new();
	int status = -1;

	(void)state;
	assert_non_null(epoch);
	uint64_t before = epoch_now(epoch);
	epoch_move(epoch);
	assert_int_equal(epoch_now(epoch), before + 1);
	pid_t child = fork();
	if (child == 0) {
		epoch_move(epoch);
		_exit(epoch_now(epoch) == before + 2 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(epoch_now(epoch), before + 2);
	epoch_move(NULL);
}

/* The next image maps the same memory. */
static void test_handed_over(void **state)
{
	struct epoch *before = epoch_new();

	(void)state;
	assert_non_null(before);
	epoch_move(before);
	epoch_hand_over(before);
	struct epoch *after = epoch_new();
	assert_non_null(after);
	assert_ptr_not_equal(after, before);
	assert_int_equal(epoch_now(after), epoch_now(before));
	epoch_move(before);
	epoch_move(after);
	assert_int_equal(epoch_now(after), epoch_now(before));
	struct epoch *other = epoch_new(); /* it was handed over once */
	epoch_move(before);
	assert_int_equal(epoch_now(other), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_processes_share_it),
		cmocka_unit_test(test_handed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
