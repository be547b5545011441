/* PDF and plain text. */
#include "command/document.h"

#include <stdint.h>
#include <string.h>

#include "command/pdf.h"

enum {
	NEAR = 1024,
	TAIL = 1024,
	ZIP_TAIL = 65535 + 22 /* the end of a ZIP, with the longest comment */
};

/* Names of a PDF that make it do something, or hide something. */
static const struct {
	struct str name;
	const char *reason;
} names[] = {
	{STR("JavaScript"), "active"},
	{STR("Launch"), "active"},
	{STR("RichMedia"), "active"},
	{STR("XFA"), "active"},
	{STR("SubmitForm"), "active"},
	{STR("ImportData"), "active"},
	{STR("EmbeddedFile"), "active"},
	{STR("EmbeddedFiles"), "active"},
	{STR("Encrypt"), "encrypted"},
};

/* /JS has a text, or says where it stands. Three bytes alone are met by chance in every large picture. */
static bool has_script(struct str rest)
{
	struct str near = {rest.at, rest.len < NEAR ? rest.len : NEAR};
	struct str value = pdf_skip_blank(near);

	return value.len == 0 || memchr("(<0123456789", value.at[0], 12);
}

static const char *look_for_names(struct str file)
{
	char text[PDF_NAME_MAX];
	struct str rest = file;
	const char *slash;

	while ((slash = memchr(rest.at, '/', rest.len))) {
		rest = (struct str){slash + 1, rest.len - (size_t)(slash + 1 - rest.at)};
		struct str name = pdf_name(&rest, text);
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (str_eq(name, names[i].name))
				return names[i].reason;
		if (str_eq(name, STR("JS")) && has_script(rest))
			return "active";
	}
	return NULL;
}

/* A ZIP is read from its end, whatever is in front of it; what is behind it is its comment. */
static bool ends_in_zip(struct str file)
{
	size_t at = file.len > ZIP_TAIL ? file.len - ZIP_TAIL : 0;

	return memmem(file.at + at, file.len - at, "PK\5\6", 4) != NULL;
}

/* Nothing but line ends behind the last end mark: no second file hangs on. */
static const char *look_at_end(struct str file)
{
	static const struct str mark = {"%%EOF", 5};
	size_t at = file.len > TAIL ? file.len - TAIL : 0, last = 0;

	for (; at + mark.len <= file.len; at++)
		if (memcmp(file.at + at, mark.at, mark.len) == 0)
			last = at + mark.len;
	if (last == 0 || ends_in_zip(file))
		return "polyglot";
	for (; last < file.len; last++)
		if (!memchr("\r\n \t\0", file.at[last], 5))
			return "polyglot";
	return NULL;
}

const char *document_pdf(struct str file)
{
	const char *reason = look_at_end(file);

	reason = reason ? reason : look_for_names(file);
	return reason ? reason : pdf_unfold(file, look_for_names);
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
