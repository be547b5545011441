/* The JSON gate: what is not strictly JSON, or too deep, does not get in. */
#include "shape/gate.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/must.h"
#include "shape/shape.h"

enum {
	DEPTH_MAX = 16
};

static const struct {
	enum json_error_code code;
	const char *why[LANG_COUNT];
} reasons[] = {
	{json_error_duplicate_key, {"một trường được ghi hai lần", "a member is given twice"}},
	{json_error_invalid_utf8, {"không phải UTF-8", "not UTF-8"}},
	{json_error_null_character, {"có ký tự U+0000", "holds U+0000"}},
	{json_error_null_byte_in_key, {"có ký tự U+0000", "holds U+0000"}},
	{json_error_premature_end_of_input, {"bị cắt cụt", "ends too early"}},
	{json_error_end_of_input_expected, {"có nội dung thừa ở cuối", "something follows the value"}},
	{json_error_numeric_overflow, {"có số quá lớn", "a number is too large"}},
	{json_error_unknown, {"sai cú pháp JSON", "the syntax is not JSON"}},
};
enum {
	NREASONS = sizeof(reasons) / sizeof(reasons[0])
};

/* While a text is parsed jansson gets its memory from this arena: there it never fails. jansson 2.14 ignores
 * a failed allocation while it collects a text, and then reads behind it. Outside the caller is libjwt, and
 * the memory is the system's without fail points: libjwt 1.10 reads the NULL of a json_dumps() that
 * failed. */
static struct arena *parsing;

static void *tree_malloc(size_t size)
{
	return parsing ? arena_alloc(parsing, size) : malloc(size);
}

static void tree_free(void *memory)
{
	if (!parsing)
		free(memory);
}

void shape_init(void)
{
	json_set_alloc_funcs(tree_malloc, tree_free);
	json_object_seed(0);
}

/* Brackets outside of texts; whether they match is for the parser. */
static bool too_deep(struct str json)
{
	bool in_text = false;
	int depth = 0;

	for (size_t i = 0; i < json.len; i++) {
		char c = json.at[i];
		if (in_text) {
			i += c == '\\';
			in_text = c != '"';
		} else if (c == '"') {
			in_text = true;
		} else if (c == '{' || c == '[') {
			if (++depth > DEPTH_MAX)
				return true;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return false;
}

static void explain(const json_error_t *error, struct shape_refusal *ret)
{
	enum json_error_code code = json_error_code(error);
	unsigned i = 0;

	while (i < NREASONS - 1 && reasons[i].code != code)
		i++;
	*ret = (struct shape_refusal){.line = error->line, .column = error->column};
	for (int lang = 0; lang < LANG_COUNT; lang++)
		ret->why[lang] = reasons[i].why[lang];
}

json_t *shape_parse(struct arena *arena, struct str json, struct shape_refusal *ret)
{
	json_error_t error = {0};

	if (too_deep(json)) {
		*ret = (struct shape_refusal){
			.why = {"lồng nhau quá 16 cấp", "nested deeper than 16 levels"}};
		return NULL;
	}
	must(!parsing);
	parsing = arena;
	json_t *tree = json_loadb(
		json.at ? json.at : "", json.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	parsing = NULL;
	if (arena_failed(arena)) {
		*ret = (struct shape_refusal){.why = {NULL}};
		return NULL;
	}
	if (!tree)
		explain(&error, ret);
	return tree;
}
