/* gen/embed.c: what it writes is compiled, loaded, and gives back each byte. */
#include "unit.h"

#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/embedded.h"

typedef const struct embedded_group *lookup(const char *name);

static char folder[] = "/tmp/tiepdan-embed-XXXXXX";
static char tool[PATH_MAX];

static int run(bool quiet, char *const *args)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		if (quiet)
			close(STDERR_FILENO);
		execvp(args[0], args);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

#define RUN(...)       run(false, (char *[]){__VA_ARGS__, NULL})
#define RUN_QUIET(...) run(true, (char *[]){__VA_ARGS__, NULL})

static void write_file(const char *name, const void *bytes, size_t size)
{
	FILE *out = fopen(name, "wb");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, size, out), size);
	assert_int_equal(fclose(out), 0);
}

static int set_up(void **state)
{
	static const char tricky[] = "\"\\0017 ?\?= */ %s\r\n\n\t7\n";
	char bytes[512];
	ssize_t len = readlink("/proc/self/exe", tool, sizeof(tool) - 1);

	(void)state;
	if (len <= 0 || !mkdtemp(folder) || chdir(folder) != 0)
		return -1;
	tool[len] = '\0';
	dirname(tool);
	strncat(tool, "/embed", sizeof(tool) - strlen(tool) - 1);
	for (int i = 0; i < 512; i++)
		bytes[i] = (char)(i < 256 ? i : 511 - i);
	write_file("bytes.bin", bytes, sizeof(bytes));
	write_file("empty", "", 0);
	write_file("tricky.c", tricky, sizeof(tricky) - 1);
	for (size_t i = 0; i < 3; i++)
		mkdir((const char *[]){"seed", "seed/hanoi", "seed/hue"}[i], 0700);
	write_file("seed/hanoi/areas.csv", "hn", 2);
	write_file("seed/hue/areas.csv", "hue", 3);
	write_file("seed/areas.csv", "all", 3);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"bytes.bin", "empty", "tricky.c", "seed/hanoi/areas.csv",
		"seed/hue/areas.csv", "seed/areas.csv", "out.c", "again.c", "out.so", "seed/hanoi",
		"seed/hue", "seed", folder};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		remove(names[i]);
	return 0;
}

static void check_file(const struct embedded_file *f, const char *name, const char *path)
{
	char bytes[600];
	FILE *in = fopen(path, "rb");
	size_t len = fread(bytes, 1, sizeof(bytes), in);

	fclose(in);
	assert_string_equal(f->name, name);
	assert_non_null(f->data.at);
	assert_int_equal(f->data.len, len);
	assert_memory_equal(f->data.at, bytes, len);
	assert_int_equal(f->data.at[len], 0);
}

static void files_come_back(void **state)
{
	char seeds[PATH_MAX];
	const struct embedded_group *group;
	union {
		void *symbol;
		lookup *call;
	} find;
	void *library;

	(void)state;
	snprintf(seeds, sizeof(seeds), "%s/seed/hue/areas.csv", folder);
	assert_int_equal(RUN(tool, "out.c", "plain", "./tricky.c", "empty", "bytes.bin", "--", "none", "--",
				 "seeds", seeds, "./seed/areas.csv", "./seed/hanoi/areas.csv"),
		0);
	assert_int_equal(RUN("cc", "-std=c11", "-Wall", "-Werror", "-shared", "-fPIC", "-I" TEST_ROOT "/src",
				 "-o", "out.so", "out.c"),
		0);
	library = dlopen("./out.so", RTLD_NOW | RTLD_LOCAL);
	assert_non_null(library);
	find.symbol = dlsym(library, "embedded_group");
	assert_non_null(find.symbol);
	group = find.call("plain");
	assert_int_equal(group->n, 3);
	check_file(&group->files[0], "bytes.bin", "bytes.bin");
	check_file(&group->files[1], "empty", "empty");
	check_file(&group->files[2], "tricky.c", "tricky.c");
	group = find.call("seeds");
	assert_int_equal(group->n, 3);
	check_file(&group->files[0], "areas.csv", "seed/areas.csv");
	check_file(&group->files[1], "hanoi/areas.csv", "seed/hanoi/areas.csv");
	check_file(&group->files[2], "hue/areas.csv", "seed/hue/areas.csv");
	assert_int_equal(find.call("none")->n, 0);
	assert_null(find.call("other"));
	dlclose(library);
}

/* The order of the arguments does not show. */
static void the_output_is_the_same(void **state)
{
	(void)state;
	assert_int_equal(RUN(tool, "out.c", "plain", "empty", "bytes.bin", "tricky.c"), 0);
	assert_int_equal(RUN(tool, "again.c", "plain", "./tricky.c", "./empty", "./bytes.bin"), 0);
	assert_int_equal(RUN("cmp", "out.c", "again.c"), 0);
}

static void faults(void **state)
{
	(void)state;
	assert_int_equal(RUN_QUIET(tool, "out.c", "g", "missing"), EXIT_FAILURE << 8);
	assert_int_equal(RUN_QUIET(tool, "out.c", "g", "empty", "./empty"), EXIT_FAILURE << 8);
	assert_int_equal(RUN_QUIET(tool, "/nonexistent/out.c", "g"), EXIT_FAILURE << 8);
	assert_int_equal(RUN_QUIET(tool, "out.c"), EXIT_FAILURE << 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_come_back),
		cmocka_unit_test(the_output_is_the_same),
		cmocka_unit_test(faults),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
