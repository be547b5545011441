/* Values of iCalendar properties. */
#include "civil/ical_value.h"

#include <string.h>

#include "base/clock.h"

enum {
	REPEAT_MOST = 100000 /* INTERVAL and COUNT: more is beyond ten years anyway */
};

const char *const ical_value_weekdays[7] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

/* `n` digits off the front of *text; -1: they are not there. */
static int take_digits(struct str *text, size_t n)
{
	int value = 0;

	if (text->len < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (text->at[i] < '0' || text->at[i] > '9')
			return -1;
		value = value * 10 + (text->at[i] - '0');
	}
	text->at += n;
	text->len -= n;
	return value;
}

static bool take_date(struct str *text, int32_t *ret_day)
{
	int year = take_digits(text, 4), month = take_digits(text, 2), day = take_digits(text, 2);
	int y, m, d;

	if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	*ret_day = clock_days_from_civil(year, month, day);
	clock_civil_from_days(*ret_day, &y, &m, &d);
	return d == day;
}

bool ical_value_time(struct str text, struct ical_time *ret)
{
	int hour, minute, second;

	*ret = (struct ical_time){.day = 0};
	if (!take_date(&text, &ret->day))
		return false;
	if (text.len == 0)
		return true;
	if (text.at[0] != 'T')
		return false;
	text = (struct str){text.at + 1, text.len - 1};
	hour = take_digits(&text, 2);
	minute = take_digits(&text, 2);
	second = take_digits(&text, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return false;
	ret->second = hour * 3600 + minute * 60 + second;
	ret->has_time = true;
	ret->utc = str_eq(text, STR("Z"));
	return ret->utc || text.len == 0;
}

void ical_value_put_time(struct buf *out, struct ical_time t)
{
	int year, month, day;

	clock_civil_from_days(t.day, &year, &month, &day);
	buf_printf(out, "%04d%02d%02d", year, month, day);
	if (t.has_time)
		buf_printf(out, "T%02d%02d%02d%s", t.second / 3600, t.second / 60 % 60, t.second % 60,
			t.utc ? "Z" : "");
}

int ical_value_weekday(struct str text)
{
	for (int w = 0; w < 7; w++)
		if (str_eq_nocase(text, str_of(ical_value_weekdays[w])))
			return w;
	return -1;
}

/* The character that an escape stands for; 0: there is no such escape. */
static char escaped(char c)
{
	if (c == 'n' || c == 'N')
		return ' ';
	return memchr("\\,;", c, 3) ? c : '\0';
}

struct str ical_value_text(struct arena *arena, struct str value)
{
	struct buf b = {.arena = arena};
	struct str text;

	for (size_t i = 0; i < value.len; i++) {
		char c = value.at[i] == '\t' ? ' ' : value.at[i];
		if (c == '\\')
			c = ++i < value.len ? escaped(value.at[i]) : '\0';
		if (!c)
			return STR_NONE;
		buf_byte(&b, c);
	}
	text = buf_str(&b);
	return str_trim(text, " ").len > 0 && str_code_points(text) <= ICAL_TEXT_MAX ? text : STR_NONE;
}

/* 08:00 or 24:00 off the front; -1: it is none. */
static int take_clock(struct str *text)
{
	int hour = take_digits(text, 2), minute;

	if (hour < 0 || text->len == 0 || text->at[0] != ':')
		return -1;
	*text = (struct str){text->at + 1, text->len - 1};
	minute = take_digits(text, 2);
	if (minute < 0 || minute > 59 || hour > 24 || (hour == 24 && minute > 0))
		return -1;
	return hour * 3600 + minute * 60;
}

unsigned ical_value_hours(struct str text, struct calendar_interval ret[ICAL_INTERVALS_MAX])
{
	struct str part;
	unsigned n = 0;

	for (; str_next(&text, ' ', &part); n++) {
		int open = take_clock(&part), close;
		if (n == ICAL_INTERVALS_MAX || open < 0 || part.len == 0 || part.at[0] != '-')
			return 0;
		part = (struct str){part.at + 1, part.len - 1};
		close = take_clock(&part);
		if (close <= open || part.len > 0)
			return 0;
		ret[n] = (struct calendar_interval){open, close};
	}
	return n;
}

bool ical_value_hours_overlap(const struct calendar_interval *hours, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = i + 1; j < n; j++)
			if (hours[i].open < hours[j].close && hours[j].open < hours[i].close)
				return true;
	return false;
}

static bool take_number(struct str text, int64_t least, int64_t most, int64_t *ret)
{
	return *ret == 0 && str_to_i64(text, ret) == 0 && *ret >= least && *ret <= most;
}

static bool take_weekdays(struct str text, unsigned *ret)
{
	struct str part;

	if (*ret)
		return false;
	while (str_next(&text, ',', &part)) {
		int weekday = ical_value_weekday(part);
		if (weekday < 0)
			return false;
		*ret |= 1U << weekday;
	}
	return *ret != 0;
}

/* What FREQ says: weekly, yearly, or nothing yet. */
struct frequency {
	bool weekly, yearly;
};

static bool take_part(
	struct ical_repeat *r, struct frequency *freq, struct str part, enum ical_fault_code *ret_code)
{
	struct str value = part, name;

	*ret_code = ICAL_bad_repeat;
	if (!str_next(&value, '=', &name) || !value.at)
		return false;
	if (str_eq_nocase(name, STR("FREQ"))) {
		bool twice = freq->weekly || freq->yearly;
		freq->weekly = str_eq_nocase(value, STR("WEEKLY"));
		freq->yearly = str_eq_nocase(value, STR("YEARLY"));
		*ret_code = twice ? ICAL_bad_repeat : ICAL_unsupported;
		return !twice && (freq->weekly || freq->yearly);
	}
	if (str_eq_nocase(name, STR("INTERVAL")))
		return take_number(value, 1, REPEAT_MOST, &r->interval);
	if (str_eq_nocase(name, STR("COUNT")))
		return take_number(value, 1, REPEAT_MOST, &r->count);
	if (str_eq_nocase(name, STR("BYMONTH")))
		return take_number(value, 1, 12, &r->month);
	if (str_eq_nocase(name, STR("BYMONTHDAY")))
		return take_number(value, 1, 31, &r->month_day);
	if (str_eq_nocase(name, STR("BYDAY")))
		return take_weekdays(value, &r->weekdays);
	if (str_eq_nocase(name, STR("UNTIL"))) {
		bool twice = r->ends;
		r->ends = true;
		return !twice && ical_value_time(value, &r->until);
	}
	*ret_code = ICAL_unsupported;
	return str_eq_nocase(name, STR("WKST")) && ical_value_weekday(value) >= 0;
}

bool ical_value_repeat(
	struct str text, struct ical_repeat *ret, enum ical_fault_code *ret_code, struct str *ret_part)
{
	struct frequency freq = {false, false};
	struct str rest = text, part;

	*ret = (struct ical_repeat){.weekly = false};
	while (str_next(&rest, ';', &part)) {
		*ret_part = part;
		if (!take_part(ret, &freq, part, ret_code))
			return false;
	}
	*ret_part = text;
	*ret_code = ICAL_bad_repeat;
	if ((!freq.weekly && !freq.yearly) || (ret->count && ret->ends))
		return false;
	*ret_code = ICAL_endless;
	ret->weekly = freq.weekly;
	if (ret->interval == 0)
		ret->interval = 1;
	return ret->count || ret->ends;
}
