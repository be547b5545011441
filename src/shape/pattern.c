/* The patterns of the contract. */
#include "shape/pattern.h"

#include "civil/text.h"

struct str pattern_phone(struct arena *arena, struct str text)
{
	return text_phone(arena, text);
}

struct str pattern_email(struct arena *arena, struct str text)
{
	return text_email(arena, text);
}

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

struct str pattern_code(struct arena *arena, struct str text)
{
	(void)arena;
	if (text.len == 0 || !is_alphanumeric(text.at[0]))
		return STR_NONE;
	for (size_t i = 1; i < text.len; i++) {
		char c = text.at[i];
		if (!is_alphanumeric(c) && c != '.' && c != '_' && c != '-')
			return STR_NONE;
	}
	return text;
}
