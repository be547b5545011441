/* base/arena.h: alignment, zeroing, order of clean-ups, and what happens when memory is out. */
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/wait.h>

#include "base/arena.h"
#include "base/fail.h"

enum {
	RESERVE = 256 << 10
};

static int make_reserve(void **state)
{
	(void)state;
	arena_reserve(RESERVE);
	return 0;
}

static int disarm(void **state)
{
	(void)state;
	fail_arm(NULL);
	return 0;
}

static void pieces_are_zeroed_and_apart(void **state)
{
	enum {
		N = 3000
	};
	static unsigned char *pieces[N];
	struct arena *arena = arena_new();

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < N; i++) {
			pieces[i] = arena_alloc(arena, i);
			assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
			for (size_t j = 0; j < i; j++)
				assert_int_equal(pieces[i][j], 0);
			memset(pieces[i], (int)(i & 0xFF) | 1, i);
		}
		for (size_t i = 0; i < N; i++)
			for (size_t j = 0; j < i; j++)
				assert_int_equal(pieces[i][j], (i & 0xFF) | 1);
		arena_free(arena);
		arena = arena_new();
	}
	arena_free(arena);
	arena_free(NULL);
}

static void an_idle_arena_is_small(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_int_equal(arena_used(arena), 4096);
	for (int i = 0; i < 30; i++)
		arena_alloc(arena, 100);
	assert_int_equal(arena_used(arena), 4096);
	arena_alloc(arena, 1 << 20);
	assert_in_range(arena_used(arena), 4096 + (1 << 20), 4096 + (1 << 20) + 256);
	/* The big piece has a chunk of its own; the first one is still being filled. */
	arena_alloc(arena, 100);
	assert_in_range(arena_used(arena), 4096 + (1 << 20), 4096 + (1 << 20) + 256);
	arena_free(arena);
}

static void texts(void **state)
{
	struct arena *arena = arena_new();
	char big[1000];
	struct str s;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_null(arena_str(arena, STR_NONE).at);
	assert_str(arena_str(arena, STR("")), "");
	assert_string_equal(arena_cstr(arena, STR_NONE), "");
	s = arena_str(arena, STR("ab\0c"));
	assert_str(s, "ab\0c");
	assert_int_equal(s.at[s.len], 0);
	assert_str(arena_printf(arena, "%d %s", 42, "ok"), "42 ok");
	s = arena_printf(arena, "<%s>", big);
	assert_int_equal(s.len, sizeof(big) + 1);
	assert_int_equal(s.at[0], '<');
	assert_int_equal(s.at[s.len - 1], '>');
	assert_int_equal(s.at[s.len], 0);
	arena_free(arena);
}

struct note {
	struct arena *arena;
	char *log;
	char letter;
};

static void write_letter(struct note *note)
{
	size_t len = strlen(note->log);

	/* A clean-up may still use the arena. */
	arena_alloc(note->arena, 5000);
	note->log[len] = note->letter;
}

static void clean_ups_run_newest_first(void **state)
{
	struct arena *arena = arena_new();
	char log[8] = "";
	struct note notes[] = {{arena, log, 'a'}, {arena, log, 'b'}, {arena, log, 'c'}};

	(void)state;
	for (int i = 0; i < 3; i++)
		arena_defer(arena, write_letter, &notes[i]);
	arena_free(arena);
	assert_string_equal(log, "cba");
}

static void no_memory_at_the_start(void **state)
{
	(void)state;
	fail_arm("malloc:1");
	assert_null(arena_new());
	assert_int_equal(fail_calls(FAIL_MALLOC), 1);
}

static void the_reserve_steps_in(void **state)
{
	struct arena *arena = arena_new();
	char *pieces[20];

	(void)state;
	fail_arm("malloc:1+");
	assert_null(arena_try(arena, 8000));
	assert_false(arena_failed(arena));
	for (int i = 0; i < 20; i++) {
		pieces[i] = arena_alloc(arena, 8000);
		for (int j = 0; j < 8000; j++)
			assert_int_equal(pieces[i][j], 0);
		memset(pieces[i], i + 1, 8000);
	}
	for (int i = 0; i < 20; i++)
		assert_true(pieces[i][0] == i + 1 && pieces[i][7999] == i + 1);
	assert_true(arena_failed(arena));
	assert_null(arena_try(arena, 1));
	arena_free(arena);
}

/* One failing call only: the arena stays failed, memory is had again. */
static void one_failure_marks_the_arena(void **state)
{
	struct arena *arena = arena_new(), *other = arena_new();

	(void)state;
	fail_arm("malloc:1");
	arena_alloc(arena, 5000);
	assert_true(arena_failed(arena));
	assert_non_null(arena_try(other, 5000));
	assert_false(arena_failed(other));
	arena_free(arena);
	arena_free(other);
}

/* Far more than the reserve in all, but never at once: what is freed must be there again, in any order. */
static void the_reserve_fills_up_again(void **state)
{
	(void)state;
	for (int round = 0; round < 50; round++) {
		struct arena *arenas[6];

		fail_arm(NULL);
		for (int i = 0; i < 6; i++)
			arenas[i] = arena_new();
		fail_arm("malloc:1+");
		for (int i = 0; i < 6; i++)
			memset(arena_alloc(arenas[i], 30000), round, 30000);
		for (int i = 0; i < 6; i++)
			arena_free(arenas[(i * 5 + round) % 6]);
	}
	fail_arm(NULL);
}

static void without_reserve_the_process_ends(void **state)
{
	struct arena *arena = arena_new();
	pid_t child = fork();
	int status = 0;

	(void)state;
	if (child == 0) {
		close(STDERR_FILENO);
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		signal(SIGABRT, SIG_DFL);
		fail_arm("malloc:1+");
		arena_alloc(arena, RESERVE + 1);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	arena_free(arena);
}

static void absurd_sizes(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_null(arena_try(arena, SIZE_MAX));
	assert_null(arena_try(arena, SIZE_MAX / 2 + 1));
	assert_null(arena_try(arena, (size_t)1 << 50));
	assert_non_null(arena_alloc(arena, 10));
	assert_false(arena_failed(arena));
	arena_fail(arena);
	assert_true(arena_failed(arena));
	arena_free(arena);
}

/* Sizes that no system gives are to return NULL under AddressSanitizer too. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_zeroed_and_apart),
		cmocka_unit_test(an_idle_arena_is_small),
		cmocka_unit_test(texts),
		cmocka_unit_test(clean_ups_run_newest_first),
		cmocka_unit_test_teardown(no_memory_at_the_start, disarm),
		cmocka_unit_test_teardown(the_reserve_steps_in, disarm),
		cmocka_unit_test_teardown(one_failure_marks_the_arena, disarm),
		cmocka_unit_test_teardown(the_reserve_fills_up_again, disarm),
		cmocka_unit_test(without_reserve_the_process_ends),
		cmocka_unit_test(absurd_sizes),
	};

	return cmocka_run_group_tests(tests, make_reserve, NULL);
}
