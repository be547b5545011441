/* One JSON object a line on standard error, without ever waiting for the reader. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/metric.h"

enum {
	LINE_SIZE = 4096, /* PIPE_BUF: a pipe takes such a line whole or not at all */
	TEXT_SIZE = 1024, /* one text, so that a long one leaves room for the fields behind it */
	ESCAPE_SIZE = 6,
	LEAST_VALUE = 24, /* any number, and the beginning of a text */
	TAIL_SIZE = 3	  /* quotation mark, brace, line feed */
};

static const char *const levels[] = {
	[LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error"};

static _Atomic enum log_level lowest_level = LOG_INFO;

struct line {
	char at[LINE_SIZE];
	size_t len;
	size_t limit; /* what may be filled now */
};

static bool put(struct line *line, const char *at, size_t size)
{
	if (line->len + size > line->limit)
		return false;
	memcpy(line->at + line->len, at, size);
	line->len += size;
	return true;
}

/* One character, or one byte that is none, as it may stand in a JSON string; control characters (also those
 * above ASCII, which terminals obey) as escapes. Returns the bytes of `text` that are dealt with, 0 when the
 * line is full. */
static size_t put_character(struct line *line, struct str text)
{
	size_t size = str_utf8_sequence(text);
	const unsigned char *at = (const unsigned char *)text.at;
	char escape[ESCAPE_SIZE + 1];
	unsigned c = at[0];

	if (size == 0 && c != 0)
		return put(line, "\xEF\xBF\xBD", 3) ? 1 : 0;
	if (size == 2 && c == 0xC2 && at[1] < 0xA0)
		c = at[1];
	else if (size > 1 || (c >= 0x20 && c != 0x7F && c != '"' && c != '\\'))
		return put(line, text.at, size) ? size : 0;
	snprintf(escape, sizeof(escape), "\\u%04x", c);
	return put(line, escape, ESCAPE_SIZE) ? (size ? size : 1) : 0;
}

/* As much as there is room for of what stands in a string as it is: almost everything does. */
static size_t put_plain(struct line *line, struct str text)
{
	size_t room = line->limit - line->len, n = 0;

	while (n < text.len && n < room && text.at[n] >= 0x20 && text.at[n] < 0x7F && text.at[n] != '"' &&
		text.at[n] != '\\')
		n++;
	put(line, text.at, n);
	return n;
}

static void put_text(struct line *line, struct str text)
{
	size_t limit = line->limit, done;

	if (!put(line, "\"", 1))
		return;
	if (line->len + TEXT_SIZE < limit)
		line->limit = line->len + TEXT_SIZE;
	while (text.len && ((done = put_plain(line, text)) != 0 || (done = put_character(line, text)) != 0)) {
		text.at += done;
		text.len -= done;
	}
	line->limit = limit;
	line->at[line->len++] = '"';
}

/* A field that has no room is left out whole. */
static void put_field(struct line *line, const struct log_field *field)
{
	size_t before = line->len;
	char room[STR_INT_SIZE];
	struct str number = field->number == LOG_NO_NUMBER ? STR("null") : str_of_int(field->number, room);

	if (!put(line, ",", 1))
		return;
	put_text(line, str_of(field->name));
	if (!put(line, ":", 1) || line->len + LEAST_VALUE > line->limit)
		line->len = before;
	else if (field->text.at)
		put_text(line, field->text);
	else
		put(line, number.at, number.len);
}

/* How standard error takes a line without making us wait. */
enum manner {
	MANNER_WRITE, /* a file never blocks; a pipe or terminal of our own says EAGAIN */
	MANNER_SEND,  /* a socket: send() has a flag for it                             */
	MANNER_POLL,  /* anything else may block: it is asked first                     */
};

static struct {
	pthread_once_t once;
	int fd;
	enum manner manner;
	_Atomic pid_t pid; /* getpid() asks the kernel each time; 0: to be asked */
} sink = {.once = PTHREAD_ONCE_INIT};

/* Lines of this thread that wait for the end of a turn of its loop: no more than a pipe takes whole. */
static _Thread_local struct {
	void (*want)(void *arg); /* NULL: none ever waits */
	void *arg;
	unsigned lines;
	size_t len;
	char at[LINE_SIZE];
} gathered;

/* A child has a number of its own, no loop, and nothing to say of what its parent will write. */
static void begin_child(void)
{
	atomic_store_explicit(&sink.pid, 0, memory_order_relaxed);
	gathered.want = NULL;
	gathered.len = gathered.lines = 0;
}

/* A pipe or terminal is opened anew so that O_NONBLOCK is ours alone: on the shared description it would also
 * bind the shell and every other program that writes there. Sockets cannot be opened anew. */
static void open_sink(void)
{
	struct stat status = {0};

	pthread_atfork(NULL, NULL, begin_child);
	sink.fd = -1;
	sink.manner = MANNER_WRITE;
	if (fstat(STDERR_FILENO, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)))
		sink.fd = open("/proc/self/fd/2", O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (sink.fd >= 0)
		return;
	sink.fd = STDERR_FILENO;
	if (S_ISSOCK(status.st_mode))
		sink.manner = MANNER_SEND;
	else if (!S_ISREG(status.st_mode))
		sink.manner = MANNER_POLL;
}

static bool write_all(const char *at, size_t len)
{
	struct pollfd ready = {.fd = sink.fd, .events = POLLOUT};

	if (fail_now(FAIL_WRITE))
		return false;
	if (sink.manner == MANNER_SEND)
		return send(sink.fd, at, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len;
	if (sink.manner == MANNER_POLL && (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT)))
		return false;
	return write(sink.fd, at, len) == (ssize_t)len;
}

void log_flush(void)
{
	int saved_errno = errno;

	if (gathered.len > 0 && !write_all(gathered.at, gathered.len))
		metric_add(METRIC_log_dropped, gathered.lines);
	gathered.len = gathered.lines = 0;
	errno = saved_errno;
}

void log_gather(void (*want)(void *arg), void *arg)
{
	log_flush();
	gathered.want = want;
	gathered.arg = arg;
}

/* What is wrong does not wait, nor stand in front of what was said before. */
static void hand_on(const struct line *line, enum log_level level)
{
	bool waits = gathered.want && level < LOG_WARN;

	if (!waits || gathered.len + line->len > sizeof(gathered.at))
		log_flush();
	if (!waits) {
		if (!write_all(line->at, line->len))
			metric_add(METRIC_log_dropped, 1);
		return;
	}
	memcpy(gathered.at + gathered.len, line->at, line->len);
	gathered.len += line->len;
	if (gathered.lines++ == 0)
		gathered.want(gathered.arg);
}

static pid_t own_pid(void)
{
	pid_t pid = atomic_load_explicit(&sink.pid, memory_order_relaxed);

	if (pid == 0) {
		pid = getpid();
		atomic_store_explicit(&sink.pid, pid, memory_order_relaxed);
	}
	return pid;
}

void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t n)
{
	struct line line;
	char at[CLOCK_RFC3339_SIZE];
	int saved_errno = errno;

	if (level < atomic_load_explicit(&lowest_level, memory_order_relaxed))
		return;
	pthread_once(&sink.once, open_sink);
	clock_format(clock_wall_ms(), at);
	line.limit = LINE_SIZE - TAIL_SIZE;
	line.len = 0;
	put(&line, "{\"at\":\"", 7);
	put(&line, at, CLOCK_RFC3339_SIZE - 1);
	put(&line, "\",\"level\":", 10);
	put_text(&line, str_of(levels[level]));
	put(&line, ",\"event\":", 9);
	put_text(&line, str_of(event));
	put_field(&line, &LOG_INT("pid", own_pid()));
	for (size_t i = 0; i < n; i++)
		put_field(&line, &fields[i]);
	line.at[line.len++] = '}';
	line.at[line.len++] = '\n';
	hand_on(&line, level);
	errno = saved_errno;
}

void log_set_level(enum log_level lowest)
{
	atomic_store_explicit(&lowest_level, lowest, memory_order_relaxed);
}

bool log_level_parse(struct str name, enum log_level *ret_level)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (str_eq(name, str_of(levels[i]))) {
			*ret_level = (enum log_level)i;
			return true;
		}
	}
	return false;
}
