/* A growing run of bytes in an arena, and JSON strings into it. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"

enum {
	FIRST_SIZE = 128,
	SMALL_SIZE = 8 << 10
};

/* Room for `more` bytes behind the end; false when memory is out. What small answers need may come from the
 * reserve, so that a 503 can still be written; big ones may not eat it up. */
static bool make_room(struct buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : FIRST_SIZE;
	char *at;

	if (more <= b->cap - b->len)
		return true;
	must(more <= SIZE_MAX / 4 - b->len);
	while (cap < b->len + more)
		cap *= 2;
	at = cap <= SMALL_SIZE ? arena_alloc(b->arena, cap) : arena_try(b->arena, cap);
	if (!at) {
		arena_fail(b->arena);
		return false;
	}
	if (b->len)
		memcpy(at, b->at, b->len);
	b->at = at;
	b->cap = cap;
	return true;
}

void buf_put(struct buf *b, struct str s)
{
	if (s.len == 0 || (s.len > b->cap - b->len && !make_room(b, s.len)))
		return;
	memcpy(b->at + b->len, s.at, s.len);
	b->len += s.len;
}

void buf_byte(struct buf *b, char c)
{
	if (b->len < b->cap)
		b->at[b->len++] = c;
	else
		buf_put(b, (struct str){&c, 1});
}

void buf_int(struct buf *b, int64_t n)
{
	char room[STR_INT_SIZE];

	buf_put(b, str_of_int(n, room));
}

void buf_room(struct buf *b, size_t bytes)
{
	make_room(b, bytes);
}

/* Where it fits into the room that is there, it is formatted once. */
void buf_printf(struct buf *b, const char *format, ...)
{
	size_t room = b->cap - b->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(room ? b->at + b->len : NULL, room, format, args);
	va_end(args);
	must(len >= 0);
	if ((size_t)len >= room) {
		if (!make_room(b, (size_t)len + 1))
			return;
		va_start(args, format);
		vsnprintf(b->at + b->len, (size_t)len + 1, format, args);
		va_end(args);
	}
	b->len += (size_t)len;
}

static void put_escape(struct buf *b, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	char escape[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};

	for (size_t i = 0; i + 1 < sizeof(shorts); i += 2) {
		if (shorts[i] == (char)c) {
			escape[1] = shorts[i + 1];
			buf_put(b, (struct str){escape, 2});
			return;
		}
	}
	buf_put(b, (struct str){escape, sizeof(escape)});
}

void buf_json(struct buf *b, struct str s)
{
	size_t plain = 0;

	if (!s.at) {
		buf_put(b, STR("null"));
		return;
	}
	buf_byte(b, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_put(b, (struct str){s.at + plain, i - plain});
		put_escape(b, c);
		plain = i + 1;
	}
	buf_put(b, (struct str){s.at + plain, s.len - plain});
	buf_byte(b, '"');
}

void buf_encoded(struct buf *b, struct str s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (size_t i = 0; i < s.len; i++)
		if (memchr(plain, s.at[i], sizeof(plain) - 1))
			buf_byte(b, s.at[i]);
		else
			buf_printf(b, "%%%02X", (unsigned)(uint8_t)s.at[i]);
}

void buf_member(struct buf *b, const char *name, struct str value)
{
	bool first = b->len > 0 && b->at[b->len - 1] == '{';

	buf_put(b, first ? STR("\"") : STR(",\""));
	buf_put(b, str_of(name));
	buf_put(b, STR("\":"));
	buf_json(b, value);
}

void buf_member_instant(struct buf *b, const char *name, int64_t wall_ms)
{
	char text[CLOCK_RFC3339_SIZE];

	if (wall_ms != INT64_MIN)
		clock_format(wall_ms, text);
	buf_member(b, name, wall_ms == INT64_MIN ? STR_NONE : str_of(text));
}

struct str buf_str(const struct buf *b)
{
	return (struct str){b->at ? b->at : "", b->len};
}
