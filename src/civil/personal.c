/* Personal data in texts for publication. The text is first made plain, so that the rules need not know how
 * it was written. Then each place where something can begin is asked once for each kind. */
#include "civil/personal.h"

#include <string.h>

#include "civil/personal_private.h"

char personal_before(const struct scan *s)
{
	return s->i ? s->at[s->i - 1].plain : ' ';
}

size_t personal_skip_blanks(const struct scan *s, size_t i)
{
	while (s->at[i].plain == ' ' && i < s->n)
		i++;
	return i;
}

size_t personal_skip_one_of(const struct scan *s, size_t i, const char *signs)
{
	return s->at[i].plain && strchr(signs, s->at[i].plain) ? i + 1 : i;
}

/* The length of what begins at this place and is no name, 0 when nothing does. */
static size_t find_number(const struct scan *s, enum personal_kind *ret_kind)
{
	size_t len = personal_email(s);

	*ret_kind = PERSONAL_EMAIL;
	if (len || plain_is_word(personal_before(s)))
		return len;
	len = personal_plate(s, ret_kind);
	if (!len)
		len = personal_number(s, ret_kind);
	if (len)
		return len;
	*ret_kind = PERSONAL_ADDRESS;
	return personal_house(s);
}

/* The length of what begins at this place, 0 when nothing does. */
static size_t find_here(const struct scan *s, enum personal_kind *ret_kind)
{
	size_t len = find_number(s, ret_kind);

	if (len || plain_is_word(personal_before(s)))
		return len;
	*ret_kind = PERSONAL_NAME;
	len = personal_known(s);
	if (!len)
		len = personal_titled(s);
	return len ? len : personal_shaped(s);
}

/* As find_here(), of the known name alone. */
static size_t find_own(const struct scan *s, enum personal_kind *ret_kind)
{
	*ret_kind = PERSONAL_NAME;
	if (plain_is_word(personal_before(s)))
		return 0;
	size_t len = personal_known(s);
	return len ? len : personal_titled_known(s);
}

/* What a guess ends before. */
static bool begins_other(struct scan *s)
{
	enum personal_kind kind;

	personal_read_site(s);
	return find_number(s, &kind) || find_own(s, &kind) ||
	       (!plain_is_word(personal_before(s)) && personal_titled(s));
}

/* As find_here(), but for names what may be one, as far as nothing else begins. */
static size_t find_guessed(const struct scan *s, enum personal_kind *ret_kind)
{
	size_t len = find_number(s, ret_kind), end;
	struct scan next = *s;

	if (len || plain_is_word(personal_before(s)))
		return len;
	len = find_own(s, ret_kind);
	if (len)
		return len;
	end = s->i + personal_guess(s);
	for (next.i++; next.i < end; next.i++)
		if (begins_other(&next))
			end = next.i;
	while (end > s->i && !plain_is_word(s->at[end - 1].plain))
		end--;
	return end - s->i;
}

/* False when memory is out. */
static bool begin(
	struct arena *arena, struct str text, struct str name, struct known *known, struct scan *ret)
{
	struct scan own = {0};

	own.at = plain_read(arena, name, &own.n);
	if (!own.at)
		return false;
	personal_read_known(&own, known);
	*ret = (struct scan){.known = known};
	ret->at = plain_read(arena, text, &ret->n);
	return ret->at != NULL;
}

typedef size_t finder(const struct scan *s, enum personal_kind *ret_kind);

static bool find_all(
	struct arena *arena, struct str text, struct str name, finder *find, struct personal_findings *ret)
{
	struct personal_finding *found = arena_try(arena, (str_code_points(text) / 2 + 1) * sizeof(*found));
	struct known known;
	struct scan s;

	*ret = (struct personal_findings){.at = found};
	if (!found)
		arena_fail(arena);
	if (!found || !begin(arena, text, name, &known, &s))
		return false;
	while (s.i < s.n) {
		enum personal_kind kind;
		size_t len;

		personal_read_site(&s);
		len = find(&s, &kind);
		if (len)
			found[ret->n++] = (struct personal_finding){kind, s.i, len};
		s.i += len ? len : 1;
	}
	return true;
}

bool personal_find_with(struct arena *arena, struct str text, struct str name, struct personal_findings *ret)
{
	return find_all(arena, text, name, find_here, ret);
}

bool personal_find(struct arena *arena, struct str text, struct personal_findings *ret)
{
	return find_all(arena, text, STR_NONE, find_here, ret);
}

bool personal_find_guessed(
	struct arena *arena, struct str text, struct str name, struct personal_findings *ret)
{
	return find_all(arena, text, name, find_guessed, ret);
}

bool personal_find_name(struct arena *arena, struct str text, struct str name, struct personal_findings *ret)
{
	return find_all(arena, text, name, find_own, ret);
}

bool personal_has_name(struct arena *arena, struct str text, struct str name)
{
	struct known known;
	struct scan s;
	bool all;

	if (!begin(arena, text, name, &known, &s))
		return false;
	all = known.n > 0;
	for (size_t k = 0; all && k < known.n; k++) {
		all = false;
		s.site = (struct site){0};
		for (s.i = 0; !all && s.i < s.n; s.i++) {
			personal_read_site(&s);
			all = !plain_is_word(personal_before(&s)) &&
			      personal_whole_end(&s, &known.names[k]) &&
			      !personal_is_site(&s, SITE_STREET | SITE_NUMBER);
		}
	}
	return all;
}
