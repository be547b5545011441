/* Accept-Language, Accept-Encoding, Accept, lists of entity tags, and Prefer. */
#include "http/negotiate.h"

#include <string.h>

enum {
	QUALITY_MAX = 1000,
	NOT_NAMED = -1
};

/* qvalue of RFC 9110 section 12.4.2 in thousandths; a malformed one counts as 0. */
static int parse_quality(struct str s)
{
	int value, scale = 100;

	if (s.len == 0 || s.len > 5 || (s.at[0] != '0' && s.at[0] != '1') || (s.len > 1 && s.at[1] != '.'))
		return 0;
	value = (s.at[0] - '0') * QUALITY_MAX;
	for (size_t i = 2; i < s.len; i++, scale /= 10) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return 0;
		value += (s.at[i] - '0') * scale;
	}
	return value <= QUALITY_MAX ? value : 0;
}

/* The next element of a list with weights. */
static bool next_weighted(struct str *list, struct str *ret_name, int *ret_quality)
{
	struct str element, parameter, name;

	if (!str_next(list, ',', &element))
		return false;
	*ret_name = STR("");
	*ret_quality = QUALITY_MAX;
	if (str_next(&element, ';', &name))
		*ret_name = str_trim(name, " \t");
	while (str_next(&element, ';', &parameter)) {
		parameter = str_trim(parameter, " \t");
		if (str_next(&parameter, '=', &name) && str_eq_nocase(name, STR("q")))
			*ret_quality = parse_quality(parameter);
	}
	return true;
}

enum lang negotiate_language(struct str accept_language)
{
	int quality[LANG_COUNT] = {NOT_NAMED, NOT_NAMED}, any = NOT_NAMED, q;
	enum lang first = LANG_VI;
	struct str range, primary;

	while (next_weighted(&accept_language, &range, &q)) {
		if (str_eq(range, STR("*")))
			any = q;
		if (!str_next(&range, '-', &primary))
			continue;
		bool vi = str_eq_nocase(primary, STR("vi")), en = str_eq_nocase(primary, STR("en"));
		enum lang lang = en ? LANG_EN : LANG_VI;
		if (!vi && !en)
			continue;
		if (quality[LANG_VI] == NOT_NAMED && quality[LANG_EN] == NOT_NAMED)
			first = lang;
		if (q > quality[lang])
			quality[lang] = q;
	}
	for (enum lang l = 0; l < LANG_COUNT; l++)
		if (quality[l] == NOT_NAMED)
			quality[l] = any;
	if (quality[LANG_VI] == quality[LANG_EN])
		return quality[LANG_VI] > 0 ? first : LANG_VI;
	return quality[LANG_EN] > quality[LANG_VI] && quality[LANG_EN] > 0 ? LANG_EN : LANG_VI;
}

bool negotiate_gzip(struct str accept_encoding)
{
	int gzip = NOT_NAMED, identity = NOT_NAMED, any = NOT_NAMED, q;
	struct str coding;

	while (next_weighted(&accept_encoding, &coding, &q)) {
		if (str_eq_nocase(coding, STR("gzip")) || str_eq_nocase(coding, STR("x-gzip")))
			gzip = q;
		else if (str_eq_nocase(coding, STR("identity")))
			identity = q;
		else if (str_eq(coding, STR("*")))
			any = q;
	}
	if (gzip == NOT_NAMED)
		gzip = any;
	return gzip > 0 && gzip >= identity;
}

/* How closely a media range fits: 3 the type itself, 2 type/ *, 1 * / *, 0 not at all. */
static int fit(struct str range, struct str type)
{
	const char *slash = memchr(type.at, '/', type.len);
	size_t prefix = slash ? (size_t)(slash - type.at) + 1 : 0;

	if (str_eq_nocase(range, type))
		return 3;
	if (range.len == prefix + 1 && range.at[prefix] == '*' &&
		str_eq_nocase((struct str){range.at, prefix}, (struct str){type.at, prefix}))
		return 2;
	return str_eq(range, STR("*/*")) ? 1 : 0;
}

int negotiate_media(struct str accept, struct str type)
{
	int quality = 0, best = 0, q;
	struct str range;

	if (!accept.at)
		return QUALITY_MAX;
	while (next_weighted(&accept, &range, &q)) {
		int closeness = fit(range, type);
		if (closeness > best) {
			best = closeness;
			quality = q;
		}
	}
	return quality;
}

bool negotiate_tags(struct str list, struct str tag)
{
	if (!list.at)
		return false;
	if (str_eq(list, STR("*")))
		return true;
	while (list.len > 0) {
		const char *open = memchr(list.at, '"', list.len);
		if (!open)
			return false;
		size_t left = (size_t)(list.at + list.len - open) - 1;
		const char *end = memchr(open + 1, '"', left);
		if (!end)
			return false;
		if (str_eq((struct str){open + 1, (size_t)(end - open) - 1}, tag))
			return true;
		list = (struct str){end + 1, (size_t)(list.at + list.len - end) - 1};
	}
	return false;
}

/* The next preference of a list: what stands before a comma that is in no quoted string. */
static bool next_preference(struct str *list, struct str *ret_preference)
{
	bool quoted = false;
	size_t n = 0;

	if (!list->at || list->len == 0)
		return false;
	for (; n < list->len && (quoted || list->at[n] != ','); n++) {
		quoted ^= list->at[n] == '"';
		n += quoted && list->at[n] == '\\';
	}
	n = n < list->len ? n : list->len;
	*ret_preference = (struct str){list->at, n};
	n += n < list->len;
	*list = (struct str){list->at + n, list->len - n};
	return true;
}

/* A token or a quoted string; a value with an escape in it is none that we know. */
static struct str unquoted(struct str value)
{
	value = str_trim(value, " \t");
	if (value.len < 2 || value.at[0] != '"' || value.at[value.len - 1] != '"')
		return value;
	return (struct str){value.at + 1, value.len - 2};
}

bool negotiate_preference(struct str prefer, struct str name, struct str value)
{
	struct str preference, pair, named;

	while (next_preference(&prefer, &preference))
		if (str_next(&preference, ';', &pair) && str_next(&pair, '=', &named) &&
			str_eq_nocase(str_trim(named, " \t"), name))
			return str_eq(unquoted(pair), value);
	return false;
}
