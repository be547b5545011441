/* TZif files (RFC 8536) and the POSIX TZ rule in their footer (section 3.3.1) into offset tables. */
#include "civil/zone.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"

enum {
	HEADER_SIZE = 44,
	FILE_MAX = 64 * 1024,
	NAME_MAX_BYTES = 64,
	TYPE_SIZE = 6,
	OFFSET_LIMIT = 26 * 3600, /* RFC 8536 section 3.2: utoff */
	RULE_HOURS = 167,	  /* RFC 8536 section 3.3.1      */
	FIRST_YEAR = 1970,	  /* where a footer's rule begins if the file has no stored change */
	LAST_YEAR = 9998,
	DAY_SECONDS = 86400,
};

/* What a block of a TZif file holds, RFC 8536 section 3.1. */
struct counts {
	uint32_t isut, isstd, leap, time, type, chars;
};

/* The date of a change: Jn (1..365, never 29 February), n (0..365) or Mm.w.d. */
struct rule {
	char form;
	int month, week, day;
	int second; /* of the local day; may lie outside it */
};

struct footer {
	int32_t standard, saving; /* seconds east of UTC */
	bool saves;
	struct rule begin, end; /* of saving time */
};

/* The table while it grows. */
struct table {
	struct zone_offset *at;
	unsigned n, cap;
};

static uint64_t big_endian(const char *at, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value = value << 8 | (unsigned char)at[i];
	return value;
}

static bool header_read(struct str s, struct counts *ret)
{
	if (s.len < HEADER_SIZE || memcmp(s.at, "TZif", 4) != 0 || s.at[4] < '2')
		return false;
	*ret = (struct counts){
		.isut = (uint32_t)big_endian(s.at + 20, 4),
		.isstd = (uint32_t)big_endian(s.at + 24, 4),
		.leap = (uint32_t)big_endian(s.at + 28, 4),
		.time = (uint32_t)big_endian(s.at + 32, 4),
		.type = (uint32_t)big_endian(s.at + 36, 4),
		.chars = (uint32_t)big_endian(s.at + 40, 4),
	};
	return true;
}

static size_t block_size(const struct counts *c, size_t time_size)
{
	return c->time * (time_size + 1) + c->type * (size_t)TYPE_SIZE + c->chars +
	       c->leap * (time_size + 4) + c->isstd + c->isut;
}

/* Two changes out of order come from a rule of saving time all the year: the later one says how it is. */
static void push(struct table *t, int64_t from, int32_t seconds)
{
	while (t->n > 0 && t->at[t->n - 1].from >= from)
		t->n--;
	if (t->n > 0 && t->at[t->n - 1].seconds == seconds)
		return;
	if (t->n < t->cap)
		t->at[t->n++] = (struct zone_offset){from, seconds};
}

static bool take(struct str *s, char c)
{
	if (s->len == 0 || *s->at != c)
		return false;
	s->at++;
	s->len--;
	return true;
}

static bool take_number(struct str *s, int max, int *ret)
{
	int value = 0;
	size_t digits = 0;

	while (s->len > 0 && *s->at >= '0' && *s->at <= '9' && digits < 4) {
		value = value * 10 + (*s->at - '0');
		s->at++;
		s->len--;
		digits++;
	}
	*ret = value;
	return digits > 0 && value <= max;
}

static bool take_name(struct str *s)
{
	bool quoted = take(s, '<');
	size_t n = 0;

	for (; s->len > 0; s->at++, s->len--, n++) {
		char c = *s->at;
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		bool other = (c >= '0' && c <= '9') || c == '+' || c == '-';

		if (!letter && !(quoted && other))
			break;
	}
	return n >= 3 && (!quoted || take(s, '>'));
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct str *s, int max_hours, int *ret_seconds)
{
	bool minus = take(s, '-');
	int hours, minutes = 0, seconds = 0;

	if (!minus)
		(void)take(s, '+');
	if (!take_number(s, max_hours, &hours))
		return false;
	if (take(s, ':')) {
		if (!take_number(s, 59, &minutes))
			return false;
		if (take(s, ':') && !take_number(s, 59, &seconds))
			return false;
	}
	*ret_seconds = (hours * 60 + minutes) * 60 + seconds;
	if (minus)
		*ret_seconds = -*ret_seconds;
	return true;
}

static bool take_rule(struct str *s, struct rule *ret)
{
	*ret = (struct rule){.form = '0', .second = 2 * 3600};
	if (take(s, 'M')) {
		ret->form = 'M';
		if (!take_number(s, 12, &ret->month) || ret->month < 1 || !take(s, '.'))
			return false;
		if (!take_number(s, 5, &ret->week) || ret->week < 1 || !take(s, '.'))
			return false;
		if (!take_number(s, 6, &ret->day))
			return false;
	} else if (take(s, 'J')) {
		ret->form = 'J';
		if (!take_number(s, 365, &ret->day) || ret->day < 1)
			return false;
	} else if (!take_number(s, 365, &ret->day)) {
		return false;
	}
	return !take(s, '/') || take_time(s, RULE_HOURS, &ret->second);
}

static bool footer_read(struct str s, struct footer *ret)
{
	int west;

	if (!take_name(&s) || !take_time(&s, 24, &west))
		return false;
	ret->standard = -west;
	if (s.len == 0)
		return true;
	ret->saves = true;
	ret->saving = ret->standard + 3600;
	if (!take_name(&s))
		return false;
	if (s.len > 0 && *s.at != ',') {
		if (!take_time(&s, 24, &west))
			return false;
		ret->saving = -west;
	}
	return take(&s, ',') && take_rule(&s, &ret->begin) && take(&s, ',') && take_rule(&s, &ret->end) &&
	       s.len == 0;
}

/* The local second, counted from 1970, at which a rule strikes in a year. */
static int64_t rule_local(const struct rule *r, int year)
{
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	int32_t day = clock_days_from_civil(year, 1, 1), next;

	if (r->form == 'M') {
		day = clock_days_from_civil(year, r->month, 1);
		next = r->month == 12 ? clock_days_from_civil(year + 1, 1, 1)
				      : clock_days_from_civil(year, r->month + 1, 1);
		day += (r->day - (day + 4) % 7 + 7) % 7 +
		       7 * (r->week - 1); /* 1970-01-01 was day 4 of its week */
		while (day >= next)
			day -= 7;
	} else if (r->form == 'J') {
		day += r->day - 1 + (leap && r->day >= 60);
	} else {
		day += r->day;
	}
	return (int64_t)day * DAY_SECONDS + r->second;
}

static int year_of(int64_t instant)
{
	int year, month, day;
	int64_t days = instant / DAY_SECONDS;

	if (days < 0)
		return FIRST_YEAR;
	if (days > clock_days_from_civil(LAST_YEAR, 1, 1))
		return LAST_YEAR;
	clock_civil_from_days((int32_t)days, &year, &month, &day);
	return year;
}

static void push_later(struct table *t, int64_t after, int64_t from, int32_t seconds)
{
	if (from > after)
		push(t, from, seconds);
}

/* From the last stored change on. A rule without saving time says nothing new. One year more than asked for
 * is followed and cut off again, as saving time all the year only shows when the next one begins. */
static void follow_rule(struct table *t, const struct footer *f, int64_t after, int last_year)
{
	int64_t end_of_span =
		(int64_t)clock_days_from_civil(last_year + 1, 1, 1) * DAY_SECONDS + OFFSET_LIMIT;

	for (int year = year_of(after); f->saves && year <= last_year + 1; year++) {
		int64_t begin = rule_local(&f->begin, year) - f->standard;
		int64_t end = rule_local(&f->end, year) - f->saving;

		if (begin < end) {
			push_later(t, after, begin, f->saving);
			push_later(t, after, end, f->standard);
		} else {
			push_later(t, after, end, f->standard);
			push_later(t, after, begin, f->saving);
		}
	}
	while (t->n > 1 && t->at[t->n - 1].from > end_of_span)
		t->n--;
}

static bool type_offset(const char *types, const struct counts *c, unsigned index, int32_t *ret)
{
	if (index >= c->type)
		return false;
	*ret = (int32_t)(uint32_t)big_endian(types + (size_t)index * TYPE_SIZE, 4);
	return *ret > -OFFSET_LIMIT && *ret < OFFSET_LIMIT;
}

/* The stored changes of a version 2 block; ret_last is the instant of the last one. */
static bool stored_changes(struct table *t, const char *block, const struct counts *c, int64_t *ret_last)
{
	const char *indexes = block + (size_t)c->time * 8, *types = indexes + c->time;
	int32_t seconds;

	*ret_last = INT64_MIN;
	if (!type_offset(types, c, 0, &seconds))
		return false;
	push(t, INT64_MIN, seconds);
	for (uint32_t i = 0; i < c->time; i++) {
		int64_t at = (int64_t)big_endian(block + (size_t)i * 8, 8);

		if (at <= *ret_last || !type_offset(types, c, (unsigned char)indexes[i], &seconds))
			return false;
		push(t, at, seconds);
		*ret_last = at;
	}
	return true;
}

/* The line between two line feeds behind the block; an empty one gives no rule. */
static bool footer_find(struct str rest, struct footer *ret)
{
	struct str text;

	*ret = (struct footer){0};
	if (!take(&rest, '\n') || !memchr(rest.at, '\n', rest.len))
		return false;
	(void)str_next(&rest, '\n', &text);
	return text.len == 0 || footer_read(text, ret);
}

/* The version 2 block with its counts, and what follows it; the version 1 block in front is for old
 * readers. */
static bool block_find(struct str tzif, struct counts *ret, const char **ret_block, struct str *ret_rest)
{
	struct str rest = tzif;

	for (size_t time_size = 4; time_size <= 8; time_size += 4) {
		size_t size;

		if (!header_read(rest, ret))
			return false;
		size = HEADER_SIZE + block_size(ret, time_size);
		if (size > rest.len)
			return false;
		*ret_block = rest.at + HEADER_SIZE;
		rest = (struct str){rest.at + size, rest.len - size};
	}
	*ret_rest = rest;
	return ret->leap == 0;
}

int zone_parse(struct arena *arena, struct str tzif, int last_year, const struct zone_offset **ret_offsets,
	unsigned *ret_n)
{
	struct counts counts;
	struct footer footer;
	struct table table = {0};
	struct str rest;
	const char *block;
	int64_t last;

	if (last_year < 1 || last_year > LAST_YEAR || tzif.len > FILE_MAX ||
		!block_find(tzif, &counts, &block, &rest))
		return -EINVAL;
	if (!footer_find(rest, &footer))
		return -EINVAL;
	table.cap = counts.time + 1;
	if (last_year + 2 > FIRST_YEAR)
		table.cap += 2 * (unsigned)(last_year + 2 - FIRST_YEAR);
	table.at = arena_alloc(arena, table.cap * sizeof(*table.at));
	if (!stored_changes(&table, block, &counts, &last))
		return -EINVAL;
	follow_rule(&table, &footer, last, last_year);
	*ret_offsets = table.at;
	*ret_n = table.n;
	return 0;
}

static bool name_is_safe(struct str name)
{
	bool begins = true;

	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		bool other = (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';

		if (begins ? !letter : !letter && !other && c != '/')
			return false;
		begins = c == '/';
	}
	return !begins && name.len <= NAME_MAX_BYTES;
}

int zone_load(struct arena *arena, struct str name, int last_year, const struct zone_offset **ret_offsets,
	unsigned *ret_n)
{
	struct str path, text;

	if (!name_is_safe(name))
		return -ENOENT;
	path = arena_printf(arena, "/usr/share/zoneinfo/%.*s", STR_ARG(name));
	if (file_read(arena, path.at, FILE_MAX, &text) < 0)
		return -ENOENT;
	return zone_parse(arena, text, last_year, ret_offsets, ret_n);
}
