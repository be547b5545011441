/* Ranges of bytes. */
#include "http/range.h"

#include <string.h>

/* Digits only: a sign is no part of a position. Absent: -1. */
static bool read_position(struct str text, int64_t *ret)
{
	*ret = -1;
	if (text.len == 0)
		return true;
	return text.at[0] >= '0' && text.at[0] <= '9' && str_to_i64(text, ret) == 0;
}

static enum range_kind last_bytes(int64_t n, int64_t size, struct range *ret)
{
	if (n == 0 || size == 0)
		return RANGE_NONE;
	*ret = (struct range){n < size ? size - n : 0, n < size ? n : size};
	return RANGE_PART;
}

enum range_kind range_parse(struct str field, int64_t size, struct range *ret)
{
	struct str rest = field, unit, first_text;
	int64_t first, last;

	if (!str_next(&rest, '=', &unit) || !str_eq_nocase(unit, STR("bytes")) || !rest.at ||
		!memchr(rest.at, '-', rest.len) || memchr(rest.at, ',', rest.len))
		return RANGE_WHOLE;
	str_next(&rest, '-', &first_text);
	if (!read_position(str_trim(first_text, " \t"), &first) ||
		!read_position(str_trim(rest, " \t"), &last))
		return RANGE_WHOLE;
	if (first < 0)
		return last < 0 ? RANGE_WHOLE : last_bytes(last, size, ret);
	if (last >= 0 && last < first)
		return RANGE_WHOLE;
	if (first >= size)
		return RANGE_NONE;
	if (last < 0 || last >= size)
		last = size - 1;
	*ret = (struct range){first, last - first + 1};
	return RANGE_PART;
}
