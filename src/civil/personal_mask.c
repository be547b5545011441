/* What findings of personal data are called, which stretch of the text they are, and the text without. */
#include "civil/personal.h"

#include "base/buf.h"
#include "base/must.h"

static const struct {
	const char *code, *mask;
} kinds[PERSONAL_KINDS] = {
	[PERSONAL_PHONE] = {"phone", "[số điện thoại]"},
	[PERSONAL_EMAIL] = {"email", "[thư điện tử]"},
	[PERSONAL_IDENTITY] = {"identity", "[số giấy tờ]"},
	[PERSONAL_PLATE] = {"plate", "[biển số xe]"},
	[PERSONAL_ACCOUNT] = {"account", "[số tài khoản]"},
	[PERSONAL_ADDRESS] = {"address", "[số nhà]"},
	[PERSONAL_NAME] = {"name", "[họ tên]"},
};

const char *personal_kind_code(enum personal_kind kind)
{
	must(kind < PERSONAL_KINDS);
	return kinds[kind].code;
}

static void skip(struct str *text, size_t code_points)
{
	while (code_points-- > 0) {
		size_t n = str_utf8_sequence(*text);

		*text = (struct str){text->at + n, text->len - n};
	}
}

struct str personal_piece(struct str text, const struct personal_finding *finding)
{
	struct str rest;

	skip(&text, finding->at);
	rest = text;
	skip(&rest, finding->len);
	return (struct str){text.at, text.len - rest.len};
}

struct str personal_mask(struct arena *arena, struct str text, const struct personal_findings *found)
{
	struct buf out = {.arena = arena};
	size_t at = 0;

	if (!text.at)
		return STR_NONE;
	for (size_t i = 0; i < found->n; i++) {
		struct str from = text;

		skip(&text, found->at[i].at - at);
		buf_put(&out, (struct str){from.at, from.len - text.len});
		buf_put(&out, str_of(kinds[found->at[i].kind].mask));
		skip(&text, found->at[i].len);
		at = found->at[i].at + found->at[i].len;
	}
	buf_put(&out, text);
	return arena_failed(arena) ? STR_NONE : buf_str(&out);
}
