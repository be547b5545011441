/* base/log.h and base/must.h: whatever is given, each line is one JSON object, and nobody waits for the
 * reader. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/log.h"
#include "base/metric.h"
#include "base/must.h"

enum {
	LINE_MAX_SIZE = 4096
};

static char output[1 << 16];

/* Runs `write_lines` in a child whose standard error is ours to read; returns the child's status. */
static int capture(void (*write_lines)(void))
{
	int ends[2], status = 0;
	size_t len = 0;
	ssize_t got;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		write_lines();
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], output + len, sizeof(output) - 1 - len)) > 0)
		len += (size_t)got;
	output[len] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* Moves behind a JSON string; checks RFC 8259 section 7 and that no control character of any kind is bare. */
static const char *check_string(const char *at)
{
	assert_int_equal(*at, '"');
	for (at++; *at != '"'; at++) {
		size_t size = str_utf8_sequence(str_of(at));

		assert_true(size > 0 && (unsigned char)*at >= 0x20 && *at != 0x7F);
		assert_false(at[0] == '\xC2' && (unsigned char)at[1] < 0xA0);
		if (*at == '\\' && at[1] == 'u')
			assert_int_equal(strspn(at + 2, "0123456789abcdef") >= 4, 1);
		else if (*at == '\\')
			assert_non_null(strchr("\"\\/bfnrt", at[1]));
		at += *at == '\\' ? 1 : size - 1;
	}
	return at + 1;
}

/* Moves behind one line, which must be one flat JSON object. */
static const char *check_line(const char *line)
{
	const char *at = line;

	assert_int_equal(*at, '{');
	do {
		at = check_string(at + 1);
		assert_int_equal(*at++, ':');
		if (*at == '"')
			at = check_string(at);
		else if (strncmp(at, "null", 4) == 0)
			at += 4;
		else {
			size_t digits = strspn(at + (*at == '-'), "0123456789");

			assert_true(digits > 0);
			at += digits + (*at == '-');
		}
	} while (*at == ',');
	assert_int_equal(at[0], '}');
	assert_int_equal(at[1], '\n');
	assert_true(at + 2 - line <= LINE_MAX_SIZE);
	return at + 2;
}

static unsigned check_lines(void)
{
	unsigned n = 0;

	for (const char *at = output; *at; n++)
		at = check_line(at);
	return n;
}

static void write_plain(void)
{
	log_info("started", LOG_STR("route", STR("GET /v1")), LOG_INT("status", -200),
		LOG_STR("none", STR_NONE));
	log_at(LOG_DEBUG, "hidden", LOG_INT("n", 1));
	log_set_level(LOG_DEBUG);
	log_at(LOG_DEBUG, "shown", LOG_INT("n", INT64_MAX));
	log_set_level(LOG_ERROR);
	log_warn("hidden", LOG_INT("n", 1));
	log_write(LOG_ERROR, "bare", NULL, 0);
}

static void a_line(void **state)
{
	(void)state;
	assert_int_equal(capture(write_plain), 0);
	assert_int_equal(check_lines(), 3);
	assert_non_null(strstr(output, "\"level\":\"info\",\"event\":\"started\",\"pid\":"));
	assert_non_null(strstr(output, ",\"route\":\"GET /v1\",\"status\":-200,\"none\":null}\n"));
	assert_non_null(strstr(output, "\"event\":\"shown\""));
	assert_non_null(strstr(output, ",\"n\":9223372036854775807}\n"));
	assert_null(strstr(output, "hidden"));
}

static void write_nasty(void)
{
	char bytes[256];

	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	log_info("nasty", LOG_STR("bytes", ((struct str){bytes, 256})),
		LOG_STR("inject", STR("\"},\n{\"level\":\"error\"\\")),
		LOG_STR("c1", STR("\xC2\x9B[31m\xC2\xA0")), LOG_STR("cut", STR("x\xE1\xBA")),
		LOG_STR("name\"\n", STR("Phường")));
}

static void hostile_bytes(void **state)
{
	(void)state;
	assert_int_equal(capture(write_nasty), 0);
	assert_int_equal(check_lines(), 1);
	assert_non_null(strstr(
		output, "\"inject\":\"\\u0022},\\u000a{\\u0022level\\u0022:\\u0022error\\u0022\\u005c\""));
	assert_non_null(strstr(output, "\"c1\":\"\\u009b[31m\xC2\xA0\""));
	assert_non_null(strstr(output, "\"cut\":\"x\xEF\xBF\xBD\xEF\xBF\xBD\""));
	assert_non_null(strstr(output, ":\"Phường\"}"));
}

static char long_text[9000];

static void write_long(void)
{
	log_info("long", LOG_STR("a", ((struct str){long_text, sizeof(long_text)})), LOG_INT("status", 200));
}

static void a_long_text_is_cut(void **state)
{
	(void)state;
	memset(long_text, 'x', sizeof(long_text));
	assert_int_equal(capture(write_long), 0);
	assert_int_equal(check_lines(), 1);
	assert_non_null(strstr(output, "xxx\",\"status\":200}\n"));
	for (size_t i = 0; i + 1 < sizeof(long_text); i += 2)
		memcpy(long_text + i, "\xC3\xA0", 2);
	assert_int_equal(capture(write_long), 0);
	assert_int_equal(check_lines(), 1);
	assert_null(strstr(output, "\xEF\xBF\xBD"));
}

/* Every length of a text in the middle, so that each way to meet the end of the line is met. */
static void write_every_length(void)
{
	for (size_t len = 0; len < 1100; len++) {
		struct str text = {long_text, len};

		log_info("e", LOG_STR("a", text), LOG_STR("b", text), LOG_STR("c", text), LOG_STR("d", text),
			LOG_INT("e", INT64_MIN + 1), LOG_STR("f", text), LOG_STR("g", STR("end")));
		if (len % 10 == 9)
			usleep(1000); /* the reader is slower: give it time */
	}
}

static void lines_of_every_length(void **state)
{
	static const char *const fillers[] = {"x", "\n", "\xC3\xA0", "\xF0\x9F\x98\x80", "\xFF"};

	(void)state;
	for (size_t f = 0; f < sizeof(fillers) / sizeof(*fillers); f++) {
		int ends[2], status;
		FILE *in;
		pid_t child;
		unsigned n = 0;

		for (size_t i = 0; i + 4 < sizeof(long_text); i += strlen(fillers[f]))
			memcpy(long_text + i, fillers[f], strlen(fillers[f]));
		assert_int_equal(pipe(ends), 0);
		fcntl(ends[1], F_SETPIPE_SZ, 1 << 20); /* a busy machine must not drop half of the lines */
		child = fork();
		if (child == 0) {
			dup2(ends[1], STDERR_FILENO);
			close(ends[0]);
			close(ends[1]);
			write_every_length();
			_exit(0);
		}
		close(ends[1]);
		in = fdopen(ends[0], "r");
		for (; fgets(output, sizeof(output), in); n++)
			assert_int_equal(*check_line(output), '\0');
		fclose(in);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		assert_true(n > 500);
	}
}

static int64_t dropped(void)
{
	struct arena *arena = arena_new();
	struct buf out = {.arena = arena};
	const char *at;
	int64_t n;

	metric_print(&out, NULL, 0, false);
	at = strstr(arena_cstr(arena, buf_str(&out)), "\ntiepdan_log_dropped_total ");
	n = strtoll(at + strlen("\ntiepdan_log_dropped_total "), NULL, 10);
	arena_free(arena);
	return n;
}

/* Nobody reads: `fd` is standard error, the child must still come to its end, and what was written was whole
 * lines. */
static void check_blocked(int reader, int writer)
{
	int64_t before = dropped();
	int status = 0;
	ssize_t got;
	size_t len = 0;
	pid_t child = fork();

	if (child == 0) {
		alarm(20);
		dup2(writer, STDERR_FILENO);
		for (int i = 0; i < 2000; i++)
			log_info("flood", LOG_STR("text", ((struct str){long_text, 500})), LOG_INT("i", i));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(fcntl(writer, F_GETFL) & O_NONBLOCK, 0);
	close(writer);
	while (len < sizeof(output) - 1 && (got = read(reader, output + len, sizeof(output) - 1 - len)) > 0)
		len += (size_t)got;
	output[len] = '\0';
	*(strrchr(output, '\n') + 1) = '\0';
	assert_true(check_lines() > 10);
	assert_true(dropped() > before + 500);
	close(reader);
}

static void nobody_reads(void **state)
{
	int ends[2];

	(void)state;
	metric_init();
	memset(long_text, 'x', sizeof(long_text));
	assert_int_equal(pipe(ends), 0);
	check_blocked(ends[0], ends[1]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	check_blocked(ends[0], ends[1]);
}

static void write_to_nothing(void)
{
	close(STDERR_FILENO);
	errno = ENOENT;
	log_error("lost", LOG_INT("n", 1));
	_exit(errno == ENOENT ? 0 : 1);
}

static void a_closed_standard_error(void **state)
{
	(void)state;
	assert_int_equal(capture(write_to_nothing), 0);
	assert_string_equal(output, "");
}

static void fail_a_must(void)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	signal(SIGABRT, SIG_DFL);
	must(1 + 1 == 2);
	must(1 + 1 == 3);
}

static void a_bug_aborts(void **state)
{
	int status = capture(fail_a_must);

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_int_equal(check_lines(), 1);
	assert_non_null(strstr(output, "\"event\":\"bug\""));
	assert_non_null(strstr(output, "\"condition\":\"1 + 1 == 3\""));
}

static void level_names(void **state)
{
	enum log_level level = LOG_ERROR;

	(void)state;
	assert_true(log_level_parse(STR("debug"), &level));
	assert_int_equal(level, LOG_DEBUG);
	assert_true(log_level_parse(STR("warn"), &level));
	assert_int_equal(level, LOG_WARN);
	assert_false(log_level_parse(STR("WARN"), &level));
	assert_false(log_level_parse(STR_NONE, &level));
}

static unsigned wanted;

static void want(void *arg)
{
	assert_ptr_equal(arg, &wanted);
	wanted++;
}

/* What nobody flushes comes out all the same: in front of what is wrong, when there is too much, at the end. */
static void write_gathered(void)
{
	log_gather(want, &wanted);
	log_info("first", LOG_INT("n", 1));
	log_info("second", LOG_INT("n", 2));
	log_warn("third", LOG_INT("wanted", wanted));
	log_info("lost by _exit", LOG_INT("n", 4));
	_exit(0);
}

static void write_many_gathered(void)
{
	log_gather(want, &wanted);
	for (int i = 0; i < 100; i++)
		log_info("many", LOG_INT("n", i));
	if (fork() == 0)
		exit(0);
	wait(NULL);
	log_gather(NULL, NULL);
	log_info("last", LOG_INT("wanted", wanted));
	_exit(0);
}

static void gathered_lines(void **state)
{
	(void)state;
	assert_int_equal(capture(write_gathered), 0);
	assert_int_equal(check_lines(), 3);
	assert_true(strstr(output, "\"first\"") < strstr(output, "\"second\""));
	assert_true(strstr(output, "\"second\"") < strstr(output, "\"third\""));
	assert_non_null(strstr(output, "\"wanted\":1"));
	assert_int_equal(capture(write_many_gathered), 0);
	assert_int_equal(check_lines(), 101);
	assert_non_null(strstr(output, "\"n\":99}\n{"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line),
		cmocka_unit_test(hostile_bytes),
		cmocka_unit_test(a_long_text_is_cut),
		cmocka_unit_test(lines_of_every_length),
		cmocka_unit_test(nobody_reads),
		cmocka_unit_test(gathered_lines),
		cmocka_unit_test(a_closed_standard_error),
		cmocka_unit_test(a_bug_aborts),
		cmocka_unit_test(level_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
