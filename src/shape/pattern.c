/* The patterns of the contract. */
#include "shape/pattern.h"

#include <string.h>

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

/* Letters and digits, after the first also some marks; absent when it is anything else. */
static struct str name_with(struct str text, const char *marks)
{
	if (text.len == 0 || !is_alphanumeric(text.at[0]))
		return STR_NONE;
	for (size_t i = 1; i < text.len; i++)
		if (!is_alphanumeric(text.at[i]) && (text.at[i] == '\0' || !strchr(marks, text.at[i])))
			return STR_NONE;
	return text;
}

struct str pattern_code(struct arena *arena, struct str text)
{
	(void)arena;
	return name_with(text, "._-");
}

struct str pattern_login(struct arena *arena, struct str text)
{
	(void)arena;
	return name_with(text, "._-@");
}
