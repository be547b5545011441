#ifndef TIEPDAN_BASE_BUF_H
#define TIEPDAN_BASE_BUF_H

#include "base/arena.h"
#include "base/str.h"

/* A growing run of bytes in an arena. Zero-initialise with the arena set: struct buf b = {.arena = a}. Up to
 * 8 KiB are always had (see arena_alloc); when memory is out for more, the bytes are dropped and the arena is
 * marked as failed. */
struct buf {
	struct arena *arena;
	char *at;
	size_t len, cap;
};

void buf_put(struct buf *b, struct str s);
void buf_byte(struct buf *b, char c);
void buf_int(struct buf *b, int64_t n); /* its digits */
/* Room for so many bytes at once, when about that many will come. */
void buf_room(struct buf *b, size_t bytes);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A JSON string with its quotes: escapes quotation mark, backslash and control characters; UTF-8 passes
 * through. An absent text becomes null. */
void buf_json(struct buf *b, struct str s);
/* Percent-encoded (RFC 3986), but for letters, digits and - . _ ~: fits into every part of an address and
 * into a form. */
void buf_encoded(struct buf *b, struct str s);
/* A member of a JSON object: its name, and a text or an instant (milliseconds, RFC 3339); null when the text
 * is absent, the instant INT64_MIN. The comma before it is put where one is needed. */
void buf_member(struct buf *b, const char *name, struct str value);
void buf_member_instant(struct buf *b, const char *name, int64_t wall_ms);
struct str buf_str(const struct buf *b); /* valid until the next put; never absent */

#endif
