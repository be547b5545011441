/* The binder of statement files: what it writes, and what it refuses with file and line. Runs the tool of
 * this build. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/tiepdan-sql2c-XXXXXX";
static char tool[4096];

static void write_file(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static const char *read_file(const char *name)
{
	static char text[16384];
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* Runs sql2c on up to two files below `dir`; what it complains about is in the file "complaint". */
static int run(const char *first, const char *second)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (chdir(dir) != 0 || !freopen("complaint", "w", stderr))
			_exit(127);
		execl(tool, "sql2c", "src", "out", first, second, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_names_become_numbers(void **state)
{
	(void)state;
	write_file("src/noun/verb.sql",
		"-- Does this; nothing may end the comment */ here.\n"
		"-- in: id uuid, text text,\n"
		"--     tags text[], at timestamptz\n"
		"-- out: id uuid\n"
		"-- pool: slow\n"
		"/* not :id /* nor :text */ */\n"
		"select :'text' || 'no '' :id' || E'\\':id' || \":id\" || $q$ :id $q$, :id::text, -- :none\n"
		"  :text, f(a := :tags), :'at';\n");
	assert_int_equal(run("src/noun/verb.sql", NULL), 0);
	const char *text = read_file("out/statements.c");
	assert_non_null(strstr(text,
		"select $2 || 'no '' :id' || E'\\\\':id' || \\\":id\\\" || $q$ :id $q$, $1::text,  \\n"));
	assert_non_null(strstr(text, "\"  $2, f(a := $3), $4\",\n"));
	assert_non_null(strstr(text, "{DB_UUID_OID, DB_TEXT_OID, DB_TEXT_ARRAY_OID, DB_TIMESTAMPTZ_OID}"));
	assert_non_null(strstr(text, "const unsigned db_nstatements = 1;"));
	text = read_file("out/sql/noun.h");
	assert_non_null(strstr(text,
		"struct sql_noun_verb {\n\tstruct uuid id;\n\tstruct str text;\n\tstruct db_texts tags;\n"
		"\tint64_t at;\n};\n"));
	assert_non_null(strstr(text, "/* noun/verb.sql: Does this; nothing may end the comment * / "));
}

static void test_binary_form(void **state)
{
	(void)state;
	write_file("src/noun/raw.sql", "-- A.\n-- in: none\n-- out: id uuid, at timestamptz,\n-- name "
				       "text\n-- form: binary\nselect 1\n");
	write_file("src/noun/said.sql", "-- A.\n-- in: none\n-- out: id uuid\nselect 1\n");
	assert_int_equal(run("src/noun/raw.sql", "src/noun/said.sql"), 0);
	const char *text = read_file("out/statements.c");
	assert_non_null(strstr(text, "0, NULL, false, DB_FAST, false, true},"));
	assert_non_null(strstr(text, "0, NULL, false, DB_FAST, false, false},"));
	text = read_file("out/sql/noun.h");
	assert_non_null(
		strstr(text, "enum {\n\tSQL_NOUN_RAW_ID,\n\tSQL_NOUN_RAW_AT,\n\tSQL_NOUN_RAW_NAME,\n};\n"));
	assert_null(strstr(text, "SQL_NOUN_SAID_"));
	write_file("src/noun/raw.sql", "-- A.\n-- in: none\n-- out: id uuid\n-- form: csv\nselect 1\n");
	assert_int_equal(run("src/noun/raw.sql", NULL), 1);
	assert_non_null(strstr(read_file("complaint"), "unknown directive"));
}

static void test_no_files_at_all(void **state)
{
	(void)state;
	assert_int_equal(run(NULL, NULL), 0);
	assert_non_null(strstr(read_file("out/statements.c"), "const unsigned db_nstatements = 0;"));
}

static void test_two_files_of_one_name(void **state)
{
	static const char text[] = "-- A.\n-- in: none\n-- out: none\nselect 1\n";

	(void)state;
	write_file("src/noun/same.sql", text);
	write_file("src/other/noun/same.sql", text);
	assert_int_equal(run("src/noun/same.sql", "src/other/noun/same.sql"), 1);
	assert_non_null(strstr(read_file("complaint"), "the same name"));
}

/* A header that says the same keeps its age: its includers are not compiled again. */
static void test_unchanged_header_is_not_written(void **state)
{
	struct stat before, after;
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/out/sql/noun.h", dir);
	write_file("src/noun/keep.sql", "-- A.\n-- in: none\n-- out: none\nselect 1\n");
	assert_int_equal(run("src/noun/keep.sql", NULL), 0);
	assert_int_equal(stat(path, &before), 0);
	write_file("src/noun/keep.sql", "-- A.\n-- in: none\n-- out: none\nselect 2\n");
	assert_int_equal(run("src/noun/keep.sql", NULL), 0);
	assert_int_equal(stat(path, &after), 0);
	assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim));
	assert_non_null(strstr(read_file("out/statements.c"), "\"select 2\""));
}

static void test_mistakes_fail_the_build(void **state)
{
	static const struct {
		const char *text, *complaint;
	} cases[] = {
		{"-- A.\n-- in: a int\n-- out: none\nselect :b\n",
			"bad.sql:4: error: parameter :b is not in"},
		{"-- A.\n-- in: a int, b text\n-- out: none\nselect :a\n",
			"bad.sql:2: error: parameter b is never used"},
		{"-- A.\n-- in: a integer\n-- out: none\nselect :a\n",
			"bad.sql:2: error: parameter a: unknown type"},
		{"-- A.\n-- in: a int, a text\n-- out: none\nselect :a\n",
			"bad.sql:2: error: parameter a stands twice"},
		{"-- A.\n-- in: a\n-- out: none\nselect :a\n", "bad.sql:2: error: expected \"name type\""},
		{"-- A.\n-- in:\n-- out: none\nselect 1\n", "bad.sql:2: error: an empty list"},
		{"-- A.\n-- in: a int,\nselect :a\n", "bad.sql:2: error: the list ends with a comma"},
		{"-- A.\n-- in: none\n-- in: none\n-- out: none\nselect 1\n",
			"bad.sql:3: error: a second \"in:\""},
		{"-- A.\n-- out: none\nselect 1\n", "lacks its \"-- in:\" line"},
		{"-- A.\n-- in: none\nselect 1\n", "lacks its \"-- out:\" line"},
		{"-- in: none\n-- out: none\nselect 1\n", "the first comment line must say"},
		{"-- A.\n-- in: none\n-- out: none\n-- as: somebody\nselect 1\n",
			"bad.sql:4: error: unknown directive"},
		{"-- A.\n-- in: none\n-- out: none\nselect\n'abc\n",
			"bad.sql:5: error: a quotation or comment"},
		{"-- A.\n-- in: none\n-- out: none\n/* /* */ select 1\n",
			"bad.sql:4: error: a quotation or comment"},
		{"-- A.\n-- in: none\n-- out: none\nselect $1\n", "write :name, not a number"},
		{"-- A.\n-- in: a int\n-- out: none\nselect :'a\n", "bad parameter name"},
		{"-- A.\n-- in: a int\n-- out: none\nselect :aB\n", "bad parameter name"},
		{"-- A.\n-- in: none\n-- out: none\nselect 1;\nselect 2\n",
			"bad.sql:5: error: a second statement"},
		{"-- A.\n-- in: none\n-- out: none\n;\n", "no statement"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_file("src/noun/bad.sql", cases[i].text);
		assert_int_equal(run("src/noun/bad.sql", NULL), 1);
		if (!strstr(read_file("complaint"), cases[i].complaint))
			fail_msg("%s\nsays %s", cases[i].text, read_file("complaint"));
	}
}

static void make_folder(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static int setup(void **state)
{
	(void)state;
	ssize_t n = readlink("/proc/self/exe", tool, sizeof(tool) - sizeof("sql2c"));
	assert_true(n > 0);
	tool[n] = '\0';
	strcpy(strrchr(tool, '/') + 1, "sql2c");
	assert_non_null(mkdtemp(dir));
	make_folder("out");
	make_folder("src");
	make_folder("src/noun");
	make_folder("src/other");
	make_folder("src/other/noun");
	return 0;
}

static int teardown(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		execlp("rm", "rm", "-rf", dir, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_become_numbers),
		cmocka_unit_test(test_binary_form),
		cmocka_unit_test(test_no_files_at_all),
		cmocka_unit_test(test_two_files_of_one_name),
		cmocka_unit_test(test_unchanged_header_is_not_written),
		cmocka_unit_test(test_mistakes_fail_the_build),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
