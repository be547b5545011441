/* base/config.h: which source wins, and that every fault is told with its place. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/config.h"
#include "base/fail.h"

struct place {
	struct arena *arena;
	char path[64]; /* of the settings file */
	char *complaints;
	size_t size;
	char **rest;
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	*state = p;
	p->arena = arena_new();
	snprintf(p->path, sizeof(p->path), "/tmp/tiepdan-config-XXXXXX");
	close(mkstemp(p->path));
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	fail_arm(NULL);
	unlink(p->path);
	unsetenv("TIEPDAN_CONFIG");
	unsetenv("TIEPDAN_WORKERS");
	unsetenv("TIEPDAN_LOG_LEVEL");
	unsetenv("TIEPDAN_PORT");
	unsetenv("TIEPDAN_HUB");
	free(p->complaints);
	arena_free(p->arena);
	free(p);
	return 0;
}

static void write_file(struct place *p, struct str text)
{
	FILE *out = fopen(p->path, "wb");

	assert_int_equal(fwrite(text.at, 1, text.len, out), text.len);
	assert_int_equal(fclose(out), 0);
}

static const struct config *load(struct place *p, char **args)
{
	const struct config *config;
	FILE *complain;

	free(p->complaints);
	complain = open_memstream(&p->complaints, &p->size);
	config = config_load(p->arena, args, &p->rest, complain);
	fclose(complain);
	assert_int_equal(!config, p->size > 0);
	return config;
}

#define LOAD(p, ...) load((p), (char *[]){__VA_ARGS__, NULL})

static bool complained(const struct place *p, const char *where, const char *what)
{
	char line[300];
	const char *at;

	snprintf(line, sizeof(line), "%s: %s\n", where, what);
	at = strstr(p->complaints, line);
	return at && (at == p->complaints || at[-1] == '\n');
}

static unsigned complaints(const struct place *p)
{
	unsigned n = 0;

	for (const char *at = p->complaints; *at; at++)
		n += *at == '\n';
	return n;
}

static void defaults(void **state)
{
	const struct config *config = load(*state, (char *[]){NULL});

	assert_non_null(config);
	assert_int_equal(config->workers, 2);
	assert_string_equal(config->zone, "Asia/Ho_Chi_Minh");
	assert_string_equal(config->database_url, "");
	assert_string_equal(config->log_level, "info");
	assert_true(config->access_log);
	assert_false(config->fail_points);
}

static void later_sources_win(void **state)
{
	struct place *p = *state;
	const struct config *config;

	write_file(p,
		STR("# a comment\n\n  workers = 3  \r\nzone=X # no comment\ndb_fast\t=\t7\naccess_log = no"));
	setenv("TIEPDAN_CONFIG", p->path, 1);
	config = load(p, (char *[]){NULL});
	assert_int_equal(config->workers, 3);
	assert_string_equal(config->zone, "X # no comment");
	assert_int_equal(config->db_fast, 7);
	assert_false(config->access_log);
	setenv("TIEPDAN_WORKERS", "4", 1);
	assert_int_equal(load(p, (char *[]){NULL})->workers, 4);
	assert_int_equal(LOAD(p, "--workers=5")->workers, 5);
	assert_int_equal(LOAD(p, "--workers=5", "--workers", "6")->workers, 6);
	assert_int_equal(load(p, (char *[]){NULL})->workers, 4);
	assert_int_equal(LOAD(p, "--config=/dev/null")->db_fast, 0);
	setenv("TIEPDAN_CONFIG", "", 1);
	assert_int_equal(load(p, (char *[]){NULL})->db_fast, 0);
	assert_int_equal(LOAD(p, "--config", p->path)->db_fast, 7);
}

static void flags(void **state)
{
	struct place *p = *state;
	const struct config *config = LOAD(p, "first", "--db-fast=8", "--fail_points", "--no-access-log",
		"--key_dir", "--odd", "--unknown=1", "-v", "--zone=", "last", "--", "--workers=9");

	assert_non_null(config);
	assert_int_equal(config->db_fast, 8);
	assert_true(config->fail_points);
	assert_false(config->access_log);
	assert_string_equal(config->key_dir, "--odd");
	assert_string_equal(config->zone, "");
	assert_int_equal(config->workers, 2);
	assert_string_equal(p->rest[0], "first");
	assert_string_equal(p->rest[1], "--unknown=1");
	assert_string_equal(p->rest[2], "-v");
	assert_string_equal(p->rest[3], "last");
	assert_string_equal(p->rest[4], "--");
	assert_string_equal(p->rest[5], "--workers=9");
	assert_null(p->rest[6]);
	config = LOAD(p, "--access-log=false", "--no-zone", "--no-access-log=1", "--=", "--");
	assert_false(config->access_log);
	assert_string_equal(p->rest[0], "--no-zone");
	assert_string_equal(p->rest[1], "--no-access-log=1");
	assert_string_equal(p->rest[2], "--=");
	assert_non_null(config_load(p->arena, (char *[]){(char[]){"x"}, NULL}, NULL, stderr));
}

static void all_faults_at_once(void **state)
{
	struct place *p = *state;
	char where[100];

	write_file(
		p, STR("workers = 0\nwhat = 1\nnonsense\naccess_log = maybe\nlog_level = loud\nzone = "
		       "a\nzone = b\n[x]\n"
		       "db_fast =\ncode_prefix = \xff\npublic_url = a\0b\ndb-slow = 99999999999999999999\n"));
	setenv("TIEPDAN_CONFIG", p->path, 1);
	setenv("TIEPDAN_WORKERS", "many", 1);
	setenv("TIEPDAN_LOG_LEVEL", "", 1);
	setenv("TIEPDAN_PORT", "tcp://10.0.0.1:80", 1);
	assert_null(LOAD(p, "--workers=65", "--access-log=ja", "--zone"));
#define AT(line) (snprintf(where, sizeof(where), "%s:%d", p->path, (line)), where)
	assert_true(complained(p, AT(1), "workers is not between 1 and 64"));
	assert_true(complained(p, AT(2), "there is no setting what"));
	assert_true(complained(p, AT(3), "not of the form: name = value"));
	assert_true(complained(p, AT(4), "access_log is true or false"));
	assert_true(complained(p, AT(5), "log_level is one of debug|info|warn|error"));
	assert_true(complained(p, AT(7), "zone was set in line 6 already"));
	assert_true(complained(p, AT(8), "not of the form: name = value"));
	assert_true(complained(p, AT(9), "db_fast is not a number"));
	assert_true(complained(p, AT(10), "code_prefix is not UTF-8"));
	assert_true(complained(p, AT(11), "public_url is not UTF-8"));
	assert_true(complained(p, AT(12), "db_slow is not between 1 and 32"));
	assert_true(complained(p, "environment TIEPDAN_WORKERS", "workers is not a number"));
	assert_true(
		complained(p, "environment TIEPDAN_LOG_LEVEL", "log_level is one of debug|info|warn|error"));
	assert_true(complained(p, "flag --workers", "workers is not between 1 and 64"));
	assert_true(complained(p, "flag --access-log", "access_log is true or false"));
	assert_true(complained(p, "flag --zone", "the value is missing"));
	assert_int_equal(complaints(p), 16);
}

static void no_secrets_in_faults(void **state)
{
	struct place *p = *state;

	write_file(p, STR("workers = postgresql://u:hunter2@h/d\ndatabase_url = hunter2\xff\nhunter2\n"));
	assert_null(LOAD(p, "--config", p->path, "--db-fast=hunter2"));
	assert_int_equal(complaints(p), 4);
	assert_null(strstr(p->complaints, "hunter2"));
}

static void files_that_cannot_be_read(void **state)
{
	struct place *p = *state;
	static char big[70000];

	assert_null(LOAD(p, "--config=/nonexistent/x"));
	assert_true(complained(p, "/nonexistent/x", "No such file or directory"));
	assert_null(LOAD(p, "--config=/"));
	assert_true(complained(p, "/", "Is a directory"));
	assert_null(LOAD(p, "--config"));
	assert_true(complained(p, "flag --config", "the value is missing"));
	memset(big, '\n', sizeof(big));
	write_file(p, (struct str){big, sizeof(big)});
	assert_null(LOAD(p, "--config", p->path));
	assert_true(complained(p, p->path, "File too large"));
	fail_arm("read:1");
	assert_null(LOAD(p, "--config", p->path));
	assert_true(complained(p, p->path, "Input/output error"));
	fail_arm("open:1");
	assert_null(LOAD(p, "--config", p->path));
	assert_true(complained(p, p->path, "Too many open files"));
}

static void the_sample_holds_the_defaults(void **state)
{
	struct place *p = *state;
	const struct config *plain = load(p, (char *[]){NULL}), *sample;
	FILE *out = fopen(p->path, "w+");
	char *text = arena_alloc(p->arena, 65536);
	size_t len;

	config_print_sample(out);
	rewind(out);
	len = fread(text, 1, 65535, out);
	fclose(out);
	assert_non_null(strstr(text, "\n#workers = 2\n"));
	sample = LOAD(p, "--config", p->path);
	assert_non_null(sample);
	for (char *at = text; (at = strstr(at, "\n#")) != NULL; at++)
		if (at[2] != ' ')
			at[1] = ' ';
	write_file(p, (struct str){text, len});
	sample = LOAD(p, "--config", p->path);
	assert_non_null(sample);
#define CONFIG_TEXT(name, ...) assert_string_equal(sample->name, plain->name);
#define CONFIG_CHOICE	       CONFIG_TEXT
#define CONFIG_INT(name, ...)  assert_int_equal(sample->name, plain->name);
#define CONFIG_BOOL	       CONFIG_INT
#include "base/config.def"
}

static void the_help_names_every_flag(void **state)
{
	struct place *p = *state;
	FILE *out = open_memstream(&p->complaints, &p->size);
	char flag[100];

	config_print_help(out);
	fclose(out);
	assert_non_null(strstr(p->complaints, "  --config=FILE\n"));
	assert_non_null(strstr(p->complaints,
		"  --[no-]access-log\n        one log line for each request (default true)\n"));
	assert_non_null(strstr(p->complaints, "(default 2; 1 to 64)"));
#define CONFIG_TEXT(name, ...)                                                                               \
	snprintf(flag, sizeof(flag), "%s", #name);                                                           \
	for (char *c = flag; *c; c++)                                                                        \
		*c = *c == '_' ? '-' : *c;                                                                   \
	assert_non_null(strstr(p->complaints, flag));
#define CONFIG_CHOICE CONFIG_TEXT
#define CONFIG_INT    CONFIG_TEXT
#define CONFIG_BOOL   CONFIG_TEXT
#include "base/config.def"
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(defaults, set_up, tear_down),
		cmocka_unit_test_setup_teardown(later_sources_win, set_up, tear_down),
		cmocka_unit_test_setup_teardown(flags, set_up, tear_down),
		cmocka_unit_test_setup_teardown(all_faults_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_secrets_in_faults, set_up, tear_down),
		cmocka_unit_test_setup_teardown(files_that_cannot_be_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_sample_holds_the_defaults, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_help_names_every_flag, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
