/* Members of JSON objects. */
#include "command/members.h"

/* The size of the string that `s` begins with; 0: it has no end. */
static size_t string_size(struct str s)
{
	for (size_t i = 1; i < s.len; i++) {
		if (s.at[i] == '"')
			return i + 1;
		if (s.at[i] == '\\')
			i++;
	}
	return 0;
}

/* The size of the object or array that `s` begins with. */
static size_t nested_size(struct str s)
{
	size_t depth = 0, size;

	for (size_t i = 0; i < s.len; i += size) {
		char c = s.at[i];

		size = c == '"' ? string_size((struct str){s.at + i, s.len - i}) : 1;
		if (size == 0)
			return 0;
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		if (depth == 0)
			return i + 1;
	}
	return 0;
}

static size_t scalar_size(struct str s)
{
	size_t size = 0;

	while (size < s.len && s.at[size] != ',' && s.at[size] != ']' && s.at[size] != '}')
		size++;
	return size;
}

static bool take(struct str *rest, size_t n, struct str *ret)
{
	*ret = (struct str){rest->at, n};
	if (n == 0)
		return false;
	*rest = (struct str){rest->at + n, rest->len - n};
	return true;
}

/* What stands between values. */
static void skip(struct str *rest)
{
	while (rest->len > 0 && (*rest->at == ' ' || *rest->at == ',' || *rest->at == ':')) {
		rest->at++;
		rest->len--;
	}
}

/* Whether something stands before the closing bracket; takes either bracket. */
static bool goes_on(struct str *rest, char opening, char closing)
{
	if (rest->len > 0 && (*rest->at == opening)) {
		rest->at++;
		rest->len--;
	}
	skip(rest);
	if (rest->len == 0 || *rest->at != closing)
		return rest->len > 0;
	rest->at++;
	rest->len--;
	return false;
}

bool member_name(struct str *rest, struct str *ret_name)
{
	if (!goes_on(rest, '{', '}') || *rest->at != '"' || !take(rest, string_size(*rest), ret_name))
		return false;
	*ret_name = member_plain(*ret_name);
	skip(rest);
	return true;
}

bool member_value(struct str *rest, struct str *ret_value)
{
	if (rest->len == 0)
		return false;
	if (*rest->at == '"')
		return take(rest, string_size(*rest), ret_value);
	if (*rest->at == '{' || *rest->at == '[')
		return take(rest, nested_size(*rest), ret_value);
	return take(rest, scalar_size(*rest), ret_value);
}

bool element_next(struct str *rest, struct str *ret_value)
{
	return goes_on(rest, '[', ']') && member_value(rest, ret_value);
}

struct str member_plain(struct str value)
{
	if (value.len >= 2 && *value.at == '"')
		return (struct str){value.at + 1, value.len - 2};
	return str_eq(value, STR("null")) ? STR_NONE : value;
}
