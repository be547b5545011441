/* JSON as PostgreSQL writes jsonb. */
#include "command/canonical.h"

#include <stdlib.h>
#include <string.h>

void canonical_text(struct buf *out, struct str s)
{
	static const char *const names[' '] = {
		['\b'] = "\\b", ['\f'] = "\\f", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t"};
	size_t from = 0;

	if (!s.at) {
		buf_put(out, STR("null"));
		return;
	}
	buf_byte(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if (c >= ' ' && c != '"' && c != '\\')
			continue;
		buf_put(out, (struct str){s.at + from, i - from});
		from = i + 1;
		if (c >= ' ')
			buf_put(out, (struct str){(const char[]){'\\', (char)c}, 2});
		else if (names[c])
			buf_put(out, str_of(names[c]));
		else
			buf_printf(out, "\\u%04x", c);
	}
	buf_put(out, (struct str){s.at + from, s.len - from});
	buf_byte(out, '"');
}

void canonical_uuid(struct buf *out, const struct uuid *id)
{
	char text[UUID_TEXT_SIZE];

	if (!id) {
		buf_put(out, STR("null"));
		return;
	}
	uuid_format(id, text);
	buf_byte(out, '"');
	buf_put(out, (struct str){text, UUID_TEXT_SIZE - 1});
	buf_byte(out, '"');
}

static int by_name(const void *a, const void *b)
{
	struct str x = ((const struct canonical_member *)a)->name,
		   y = ((const struct canonical_member *)b)->name;

	if (x.len != y.len)
		return x.len < y.len ? -1 : 1;
	return memcmp(x.at, y.at, x.len);
}

void canonical_object(struct buf *out, struct canonical_member *members, size_t n)
{
	qsort(members, n, sizeof(*members), by_name);
	buf_byte(out, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_put(out, STR(", "));
		canonical_text(out, members[i].name);
		buf_put(out, STR(": "));
		buf_put(out, members[i].value);
	}
	buf_byte(out, '}');
}
