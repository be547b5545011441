#ifndef TIEPDAN_BASE_LOG_H
#define TIEPDAN_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* One JSON object a line on standard error: {"at":...,"level":...,"event":...,"pid":...,fields}. Never give
 * it bodies, tokens, secrets, names, telephone numbers or addresses of citizens. Control characters are
 * escaped, bytes that are not UTF-8 become U+FFFD. A line has at most 4 KiB and is written whole, together
 * with others when they are gathered: a text is cut at 1 KiB, a field that has no room left is left out. If
 * standard error blocks, what is to be written is dropped and counted. errno is kept. */
enum log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARN,
	LOG_ERROR
};

struct log_field {
	const char *name;
	struct str text; /* absent: the number is meant */
	int64_t number;	 /* LOG_NO_NUMBER: null */
};

#define LOG_NO_NUMBER INT64_MIN

#define LOG_STR(name, s) ((struct log_field){(name), (s), LOG_NO_NUMBER})
#define LOG_INT(name, n) ((struct log_field){(name), STR_NONE, (n)})

void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t n);
/* From here on this thread's lines below LOG_WARN wait for log_flush(), unless they become too many: one
 * write for all that a turn of the loop has to say. `want` is told when the first one waits. NULL: no more;
 * what waits is written. */
void log_gather(void (*want)(void *arg), void *arg);
void log_flush(void);						  /* nothing waits after it */
void log_set_level(enum log_level lowest);			  /* LOG_INFO until then */
bool log_level_parse(struct str name, enum log_level *ret_level); /* "debug", "info", "warn", "error" */

#define log_at(level, event, ...)                                                                            \
	log_write((level), (event), (struct log_field[]){__VA_ARGS__},                                       \
		sizeof((struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))
#define log_info(event, ...)  log_at(LOG_INFO, event, __VA_ARGS__)
#define log_warn(event, ...)  log_at(LOG_WARN, event, __VA_ARGS__)
#define log_error(event, ...) log_at(LOG_ERROR, event, __VA_ARGS__)

#endif
