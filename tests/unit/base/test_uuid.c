/* base/uuid.h and base/rand.h: order, form, and that a fork does not repeat. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/clock.h"
#include "base/rand.h"
#include "base/uuid.h"

static void new_ones_rise(void **state)
{
	struct uuid last = uuid_new();
	int64_t from = clock_wall_ms();

	(void)state;
	for (int i = 0; i < 200000; i++) {
		struct uuid next = uuid_new();

		assert_true(memcmp(last.byte, next.byte, sizeof(next.byte)) < 0);
		assert_int_equal(next.byte[6] >> 4, 7);
		assert_int_equal(next.byte[8] >> 6, 2);
		last = next;
	}
	/* The counter may run ahead of the clock, but not by much. */
	uint64_t ms = 0;
	for (int i = 0; i < 6; i++)
		ms = ms << 8 | last.byte[i];
	assert_in_range(ms, from, clock_wall_ms() + 1000);
}

static void text_form(void **state)
{
	static const char *const bad[] = {"", "0190163d-8694-739b-aea5-966c26f8ad9",
		"0190163d-8694-739b-aea5-966c26f8ad911", "0190163d8694739baea5966c26f8ad91",
		"0190163d-8694-739b-aea5_966c26f8ad91", "0190163g-8694-739b-aea5-966c26f8ad91",
		"{190163d-8694-739b-aea5-966c26f8ad9}", "0190163-d8694-739b-aea5-966c26f8ad91",
		"-190163d-8694-739b-aea5-966c26f8ad91"};
	struct uuid u, same;
	char text[UUID_TEXT_SIZE];

	(void)state;
	assert_true(uuid_parse(STR("0190163D-8694-739b-AEA5-966c26f8ad91"), &u));
	uuid_format(&u, text);
	assert_string_equal(text, "0190163d-8694-739b-aea5-966c26f8ad91");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(uuid_parse(str_of(bad[i]), &same));
	assert_false(uuid_parse(STR_NONE, &same));
	for (int i = 0; i < 1000; i++) {
		u = uuid_new();
		uuid_format(&u, text);
		assert_true(uuid_parse(str_of(text), &same));
		assert_true(uuid_eq(&u, &same));
	}
}

static void nil(void **state)
{
	struct uuid u;

	(void)state;
	assert_true(uuid_parse(STR("00000000-0000-0000-0000-000000000000"), &u));
	assert_true(uuid_is_nil(&u));
	u.byte[15] = 1;
	assert_false(uuid_is_nil(&u));
}

static void random_bytes_of_a_fork_differ(void **state)
{
	unsigned char mine[16], theirs[16] = {0};
	int ends[2], status = 0;
	pid_t child;

	(void)state;
	rand_bytes(mine, 1); /* fills the buffer that the child inherits */
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		rand_bytes(mine, sizeof(mine));
		_exit(write(ends[1], mine, sizeof(mine)) == sizeof(mine) ? 0 : 1);
	}
	rand_bytes(mine, sizeof(mine));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(read(ends[0], theirs, sizeof(theirs)), sizeof(theirs));
	assert_memory_not_equal(mine, theirs, sizeof(mine));
	close(ends[0]);
	close(ends[1]);
}

/* Each size, also across and beyond the buffer: every byte gets written, and about half of the bits are ones.
 */
static void random_bytes_fill_all(void **state)
{
	static unsigned char bytes[5000];
	size_t ones = 0, bits = 0;

	(void)state;
	for (size_t size = 0; size < 300; size += 7) {
		unsigned char seen[300] = {0};

		for (int round = 0; round < 40; round++) {
			memset(bytes, 0, sizeof(bytes));
			rand_bytes(bytes, size);
			assert_int_equal(bytes[size], 0);
			for (size_t i = 0; i < size; i++)
				seen[i] |= bytes[i];
		}
		for (size_t i = 0; i < size; i++)
			assert_int_not_equal(seen[i], 0);
	}
	rand_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++, bits += 8)
		ones += (size_t)__builtin_popcount(bytes[i]);
	assert_in_range(ones, bits * 45 / 100, bits * 55 / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_ones_rise),
		cmocka_unit_test(text_form),
		cmocka_unit_test(nil),
		cmocka_unit_test(random_bytes_of_a_fork_differ),
		cmocka_unit_test(random_bytes_fill_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
