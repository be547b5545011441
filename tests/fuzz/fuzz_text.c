/* Any bytes as text, telephone number, e-mail address and ticket code: what comes out is clean, settled and
 * no longer than it may be. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "civil/code.h"
#include "civil/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct arena *arena, struct str in, enum text_kind kind)
{
	struct str clean = text_clean(arena, in, kind);
	struct str folded;

	if (!clean.at)
		return;
	must(str_is_utf8(clean));
	must(str_eq(text_clean(arena, clean, kind), clean));
	must(kind == TEXT_BLOCK || !memchr(clean.at, '\n', clean.len));
	folded = text_fold(arena, clean);
	must(folded.at && str_is_utf8(folded));
	must(str_eq(text_fold(arena, folded), folded));
}

static void check_code(struct arena *arena, struct str in)
{
	const struct str key = STR("0123456789abcdef"), prefix = STR("HN");
	struct str folded = code_base32_fold(arena, in);
	struct code code, again;

	if (folded.at)
		must(str_eq(code_base32_fold(arena, folded), folded));
	if (code_parse(key, prefix, in, &code) != 0)
		return;
	must(code_parse(key, prefix, code_format(arena, key, prefix, code), &again) == 0);
	must(code.number == again.number && code.year == again.year);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = {(const char *)data, size}, contact;
	struct arena *arena = arena_new();

	must(arena);
	check_text(arena, in, TEXT_LINE);
	check_text(arena, in, TEXT_BLOCK);
	contact = text_phone(arena, in);
	if (contact.at)
		must(contact.len >= 3 && contact.len <= 16 && str_eq(text_phone(arena, contact), contact));
	contact = text_email(arena, in);
	if (contact.at)
		must(contact.len <= 254 && str_eq(text_email(arena, contact), contact));
	check_code(arena, in);
	arena_free(arena);
	return 0;
}
