/* base/file.h: whole files, of every size around the limit, what goes wrong, and what is left then. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/file.h"

enum {
	MAX = 10000
};

static int setup(void **state)
{
	*state = arena_new();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	fail_arm(NULL);
	arena_free(*state);
	return 0;
}

static char path[] = "/tmp/test_file_XXXXXX";
static char bytes[MAX + 1];

static void write_file(size_t size)
{
	assert_int_equal(truncate(path, 0), 0);
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, size, out), size);
	assert_int_equal(fclose(out), 0);
}

static int read_size(struct arena *arena, const char *from, size_t max, size_t size)
{
	struct str text = STR("untouched");
	int error = file_read(arena, from, max, &text);

	if (error < 0) {
		assert_str(text, "untouched");
		return error;
	}
	assert_int_equal(text.len, size);
	assert_memory_equal(text.at, bytes, size);
	assert_int_equal(text.at[size], '\0');
	return 0;
}

static void sizes(void **state)
{
	static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 8192, MAX - 1, MAX};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		write_file(sizes[i]);
		assert_int_equal(read_size(*state, path, MAX, sizes[i]), 0);
		assert_int_equal(read_size(*state, path, sizes[i], sizes[i]), 0);
		if (sizes[i] > 0)
			assert_int_equal(read_size(*state, path, sizes[i] - 1, 0), -EFBIG);
	}
	write_file(MAX + 1);
	assert_int_equal(read_size(*state, path, MAX, 0), -EFBIG);
}

static void pipes(void **state)
{
	static const size_t sizes[] = {0, 1, 4096, 4097, MAX};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char name[32];
		int ends[2];

		assert_int_equal(pipe(ends), 0);
		snprintf(name, sizeof(name), "/dev/fd/%d", ends[0]);
		assert_int_equal(write(ends[1], bytes, sizes[i]), sizes[i]);
		close(ends[1]);
		assert_int_equal(read_size(*state, name, MAX, sizes[i]), 0);
		close(ends[0]);
	}
}

static void faults(void **state)
{
	write_file(100);
	assert_int_equal(read_size(*state, "/no/such/file", MAX, 0), -ENOENT);
	assert_int_equal(read_size(*state, "/tmp", MAX, 0), -EISDIR);
	fail_arm("open:1");
	assert_int_equal(read_size(*state, path, MAX, 0), -EMFILE);
	fail_arm("read:1");
	assert_int_equal(read_size(*state, path, MAX, 0), -EIO);
	fail_arm("read:2");
	assert_int_equal(read_size(*state, path, MAX, 0), -EIO);
	fail_arm("");
	arena_fail(*state);
	assert_int_equal(read_size(*state, path, MAX, 0), -ENOMEM);
}

static void is_as_before(struct arena *arena, size_t size)
{
	assert_int_equal(read_size(arena, path, MAX, size), 0);
	assert_int_equal(access(arena_printf(arena, "%s.new", path).at, F_OK), -1);
}

static void writing(void **state)
{
	struct str text = {bytes, 5000};

	assert_int_equal(file_write(*state, path, text), 0);
	is_as_before(*state, 5000);
	assert_int_equal(file_write(*state, path, STR("")), 0);
	is_as_before(*state, 0);
	assert_int_equal(file_write(*state, path, text), 0);
	text.len = 10;
	fail_arm("open:1");
	assert_int_equal(file_write(*state, path, text), -EMFILE);
	fail_arm("write:1");
	assert_true(file_write(*state, path, text) < 0);
	fail_arm("rename:1");
	assert_true(file_write(*state, path, text) < 0);
	fail_arm("");
	is_as_before(*state, 5000);
	assert_int_equal(file_write(*state, "/no/such/file", text), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(pipes, setup, teardown),
		cmocka_unit_test_setup_teardown(faults, setup, teardown),
		cmocka_unit_test_setup_teardown(writing, setup, teardown),
	};
	int failed;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)('a' + i % 23);
	close(mkstemp(path));
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return failed;
}
