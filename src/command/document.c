/* PDF and plain text. */
#include "command/document.h"

#include <stdint.h>
#include <string.h>

enum {
	NAME_MAX_BYTES = 32,
	TAIL = 1024
};

/* Names of a PDF that make it do something, or hide something. */
static const struct {
	struct str name;
	const char *reason;
} names[] = {
	{STR("JavaScript"), "active"},
	{STR("JS"), "active"},
	{STR("Launch"), "active"},
	{STR("RichMedia"), "active"},
	{STR("XFA"), "active"},
	{STR("SubmitForm"), "active"},
	{STR("ImportData"), "active"},
	{STR("EmbeddedFile"), "active"},
	{STR("EmbeddedFiles"), "active"},
	{STR("Encrypt"), "encrypted"},
};

static bool ends_name(char c)
{
	return c <= ' ' || memchr("()<>[]{}/%", c, 10) || c == 0x7f;
}

/* The name behind a slash, its escapes undone; cut when it is longer than any that counts. */
static struct str read_name(struct str rest, char ret[NAME_MAX_BYTES])
{
	size_t n = 0;

	for (size_t i = 0; i < rest.len && n < NAME_MAX_BYTES && !ends_name(rest.at[i]); i++) {
		int high = i + 2 < rest.len ? str_hex_digit(rest.at[i + 1]) : -1;
		int low = i + 2 < rest.len ? str_hex_digit(rest.at[i + 2]) : -1;
		bool escaped = rest.at[i] == '#' && high >= 0 && low >= 0;
		ret[n++] = escaped ? (char)(high * 16 + low) : rest.at[i];
		i += escaped ? 2 : 0;
	}
	return (struct str){ret, n};
}

static const char *look_for_names(struct str file)
{
	char text[NAME_MAX_BYTES];
	struct str rest = file;
	const char *slash;

	while ((slash = memchr(rest.at, '/', rest.len))) {
		rest = (struct str){slash + 1, rest.len - (size_t)(slash + 1 - rest.at)};
		struct str name = read_name(rest, text);
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (str_eq(name, names[i].name))
				return names[i].reason;
	}
	return NULL;
}

/* Nothing but line ends behind the last end mark: no second file hangs on. */
static const char *look_at_end(struct str file)
{
	static const struct str mark = {"%%EOF", 5};
	size_t at = file.len > TAIL ? file.len - TAIL : 0, last = 0;

	for (; at + mark.len <= file.len; at++)
		if (memcmp(file.at + at, mark.at, mark.len) == 0)
			last = at + mark.len;
	if (last == 0)
		return "polyglot";
	for (; last < file.len; last++)
		if (!memchr("\r\n \t\0", file.at[last], 5))
			return "polyglot";
	return NULL;
}

const char *document_pdf(struct str file)
{
	const char *reason = look_at_end(file);

	return reason ? reason : look_for_names(file);
}

const char *document_text(struct str file)
{
	if (!str_is_utf8(file))
		return "type";
	for (size_t i = 0; i < file.len; i++) {
		uint8_t c = (uint8_t)file.at[i];
		if ((c < ' ' && !memchr("\t\n\r\f", c, 4)) || c == 0x7f)
			return "type";
	}
	return NULL;
}
