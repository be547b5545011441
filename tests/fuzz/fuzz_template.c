/* Any bytes as the template and the value of a notice: saving and filling in find the same faults, a header
 * line stays a line, HTML has only the tags that the program writes. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "civil/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the database gives is UTF-8; halves of characters that meet may become anything. */
static void check_line(struct str line, bool whole)
{
	for (size_t i = 0; i < line.len; i++)
		must((unsigned char)line.at[i] >= 0x20 && line.at[i] != 0x7f);
	must(!whole || !memmem(line.at, line.len, "\xe2\x80\xa8", 3));
}

/* Between its tags no angle bracket is left, whatever came in. */
static void check_html(struct str html, struct str link)
{
	static const struct str tags[] = {
		{"<p>", 3}, {"</p>", 4}, {"<br>", 4}, {"<a href=\"", 9}, {"</a>", 4}};

	for (size_t i = 0; i < html.len; i++) {
		bool known = html.at[i] != '<';
		for (size_t t = 0; t < sizeof(tags) / sizeof(tags[0]); t++)
			known = known || str_starts((struct str){html.at + i, html.len - i}, tags[t]);
		must(known);
	}
	must(link.len > 0 || !memmem(html.at, html.len, "<a ", 3));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *cut = size ? memchr(data, '|', size) : NULL;
	struct str text = {(const char *)data, cut ? (size_t)(cut - (const char *)data) : size};
	struct str value = cut ? (struct str){cut + 1, size - text.len - 1} : STR_NONE;
	const struct template_value values[] = {{STR("code"), value}, {STR("link"), STR("https://x/")}};
	struct arena *arena = arena_new();
	struct buf filled = {.arena = arena}, line = {.arena = arena}, html = {.arena = arena};

	must(arena);
	enum template_fault fault = template_check(text, values, 2, NULL);
	must(template_fill(&filled, text, TEMPLATE_TEXT, values, 2) == fault);
	must(template_fill(&line, text, TEMPLATE_LINE, values, 2) == fault);
	must(fault || filled.len <= text.len * (value.len + 10));
	check_line(buf_str(&line), str_is_utf8(text) && (!value.at || str_is_utf8(value)));
	template_html(&html, buf_str(&filled), value);
	check_html(buf_str(&html), value);
	arena_free(arena);
	return 0;
}
