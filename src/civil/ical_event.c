/* One VEVENT as weekly hours or as exceptions. */
#include "civil/ical_event.h"

#include <string.h>

#include "base/clock.h"
#include "civil/ical_value.h"

enum {
	DAY_SECONDS = 86400,
	WEEK = 7,
	REPEAT_DAYS_MAX = 3653, /* ten years */
	WHAT_MAX = 60,
	DAYS_ROOM = 32
};

void ical_fault(struct ical_sink *s, unsigned line, enum ical_fault_code code, struct str what)
{
	if (s->out->nfaults == ICAL_FAULTS_MAX)
		return;
	while (what.len > WHAT_MAX || (what.len > 0 && !str_is_utf8(what)))
		what.len--;
	s->out->faults[s->out->nfaults++] = (struct ical_fault){line, code, what};
}

void ical_fault_at(struct ical_sink *s, const struct ical_line *at, enum ical_fault_code code)
{
	ical_fault(s, at->line, code,
		arena_printf(s->arena, "%.*s:%.*s", STR_ARG(at->name),
			at->value.len < WHAT_MAX ? (int)at->value.len : WHAT_MAX,
			at->value.at ? at->value.at : ""));
}

/* A date or time of the calendar's zone, within the years that a calendar has. */
static bool take_time(struct ical_sink *s, const struct ical_line *at, struct ical_time *ret)
{
	bool date_type = at->type.at && !str_eq_nocase(at->type, STR("DATE-TIME"));

	if (!ical_value_time(at->value, ret) || (at->type.at && date_type == ret->has_time)) {
		ical_fault_at(s, at, ICAL_bad_time);
		return false;
	}
	if (at->zone.at && !str_eq(at->zone, s->of->zone)) {
		ical_fault(s, at->line, ICAL_unknown_zone, at->zone);
		return false;
	}
	if (ret->utc && (s->of->noffsets > 1 || s->of->offsets[0].seconds != 0)) {
		ical_fault(s, at->line, ICAL_unknown_zone, STR("UTC"));
		return false;
	}
	if (ret->day < ICAL_FIRST_DAY || ret->day > ICAL_LAST_DAY + 1) {
		ical_fault_at(s, at, ICAL_out_of_range);
		return false;
	}
	return true;
}

/* UNTIL as a local time. */
static struct ical_time local(const struct ical *of, struct ical_time t)
{
	int64_t seconds = (int64_t)t.day * DAY_SECONDS + t.second;
	unsigned i = of->noffsets - 1;

	if (!t.utc)
		return t;
	while (i > 0 && of->offsets[i].from > seconds)
		i--;
	seconds += of->offsets[i].seconds;
	t.day = (int32_t)(seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0));
	t.second = (int)(seconds - (int64_t)t.day * DAY_SECONDS);
	t.utc = false;
	return t;
}

static int weekday_of(int32_t day)
{
	return (int)(((int64_t)day + 3) % WEEK + WEEK) % WEEK; /* 1970-01-01 was a Thursday */
}

static bool take_repeat(struct ical_sink *s, const struct ical_event *e, struct ical_repeat *ret)
{
	const struct ical_line *at = &e->at[ICAL_REPEAT];
	enum ical_fault_code code;
	struct str part;

	if (!ical_value_repeat(at->value, ret, &code, &part)) {
		ical_fault(s, at->line, code, part);
		return false;
	}
	if (ret->ends)
		ret->until = local(s->of, ret->until);
	return true;
}

/* Room for one more exception; false when memory is out. */
static bool make_room(struct ical_sink *s)
{
	unsigned n = s->out->calendar.ndays;
	struct ical_day *more;

	if (n < s->days_room)
		return true;
	more = arena_try(s->arena, 2 * (n + DAYS_ROOM) * sizeof(*more));
	if (!more) {
		arena_fail(s->arena);
		s->full = true;
		return false;
	}
	if (n > 0)
		memcpy(more, s->days, n * sizeof(*more));
	s->days = more;
	s->days_room = 2 * (n + DAYS_ROOM);
	return true;
}

/* False after a fault: more of this event would only say the same. */
static bool add_day(struct ical_sink *s, const struct ical_day *model, int32_t day)
{
	struct ical *c = &s->out->calendar;

	if (day > ICAL_LAST_DAY) {
		ical_fault(s, model->line, ICAL_out_of_range, clock_date_text(s->arena, day));
		return false;
	}
	if (c->ndays == ICAL_DAYS_MAX) {
		ical_fault(s, model->line, ICAL_too_many_days, STR_NONE);
		s->full = true;
		return false;
	}
	if (!make_room(s))
		return false;
	s->days[c->ndays] = *model;
	s->days[c->ndays++].day.day = day;
	return true;
}

/* The day of the n-th recurrence; false when that year has no such day. */
static bool recurrence(const struct ical_repeat *repeat, int32_t first, int64_t n, int32_t *ret)
{
	int year, month, day, y, m, d;

	if (repeat->weekly) {
		*ret = (int32_t)(first + n * repeat->interval * WEEK);
		return true;
	}
	clock_civil_from_days(first, &year, &month, &day);
	*ret = clock_days_from_civil(year + (int)(n * repeat->interval), month, day);
	clock_civil_from_days(*ret, &y, &m, &d);
	return d == day;
}

/* `at` is the RRULE, `length` the days of each event. */
static void add_recurrences(struct ical_sink *s, const struct ical_line *at, const struct ical_repeat *repeat,
	const struct ical_day *model, int32_t length)
{
	int32_t first = model->day.day, day = first;
	int64_t made = 0;

	for (int64_t n = 0; !repeat->count || made < repeat->count; n++) {
		bool exists = recurrence(repeat, first, n, &day);
		if (repeat->ends && day > repeat->until.day)
			return;
		if (day - first > REPEAT_DAYS_MAX) {
			ical_fault_at(s, at, ICAL_too_far);
			return;
		}
		for (int32_t i = 0; exists && i < length; i++)
			if (!add_day(s, model, day + i))
				return;
		made += exists;
	}
}

/* The parts BY... of a rule may only say again what DTSTART says. */
static bool repeats_its_start(const struct ical_repeat *repeat, int32_t start)
{
	int year, month, day;

	clock_civil_from_days(start, &year, &month, &day);
	if (repeat->weekly)
		return !repeat->month && !repeat->month_day &&
		       (!repeat->weekdays || repeat->weekdays == 1U << weekday_of(start));
	return !repeat->weekdays && (!repeat->month || repeat->month == month) &&
	       (!repeat->month_day || repeat->month_day == day);
}

/* OFF, MAKE-UP or HOURS with what belongs to it. */
static bool take_rule(struct ical_sink *s, const struct ical_event *e, struct calendar_day *d)
{
	const struct ical_line *rule = &e->at[ICAL_RULE], *weekday = &e->at[ICAL_WEEKDAY],
			       *hours = &e->at[ICAL_HOURS];
	struct calendar_interval *own = arena_alloc(s->arena, ICAL_INTERVALS_MAX * sizeof(*own));

	d->rule = e->makes_up ? DAY_LIKE : DAY_OFF;
	d->weekday = weekday->line ? ical_value_weekday(weekday->value) : -1;
	d->nhours = hours->line ? ical_value_hours(hours->value, own) : 0;
	d->hours = d->nhours > 0 ? own : NULL;
	if (rule->line) {
		static const char *const names[] = {
			[DAY_OFF] = "OFF", [DAY_LIKE] = "MAKE-UP", [DAY_HOURS] = "HOURS"};
		d->rule = DAY_OFF;
		while (d->rule < DAY_HOURS && !str_eq_nocase(rule->value, str_of(names[d->rule])))
			d->rule++;
		if (!str_eq_nocase(rule->value, str_of(names[d->rule]))) {
			ical_fault_at(s, rule, ICAL_bad_rule);
			return false;
		}
	}
	if (weekday->line && (d->rule != DAY_LIKE || d->weekday < 0))
		ical_fault_at(s, weekday, ICAL_bad_weekday);
	else if ((d->rule == DAY_HOURS) != (hours->line > 0) || (hours->line > 0 && d->nhours == 0))
		ical_fault_at(s, hours->line ? hours : rule, ICAL_bad_hours);
	else if (ical_value_hours_overlap(own, d->nhours))
		ical_fault_at(s, hours, ICAL_hours_overlap);
	else
		return true;
	return false;
}

/* A property of type TEXT; absent when it is not there, false when it is faulty. */
static bool take_text(struct ical_sink *s, const struct ical_line *at, struct str *ret)
{
	*ret = at->line ? ical_value_text(s->arena, at->value) : STR_NONE;
	if (at->line && !ret->at)
		ical_fault_at(s, at, ICAL_bad_text);
	return !at->line || ret->at;
}

static bool take_names(struct ical_sink *s, const struct ical_event *e, struct ical_day *d)
{
	if (!e->at[ICAL_SUMMARY].line) {
		ical_fault(s, e->line, ICAL_no_summary, STR_NONE);
		return false;
	}
	if (!take_text(s, &e->at[ICAL_SUMMARY], &d->day.name[0]) ||
		!take_text(s, &e->at[ICAL_SOURCE], &d->day.source) ||
		!take_text(s, &e->at[ICAL_NOTE], &d->note))
		return false;
	d->day.name[1] = e->name_en.at ? e->name_en : d->day.name[0];
	if (!d->day.source.at)
		d->day.source = STR("iCalendar");
	return true;
}

static void take_day(struct ical_sink *s, const struct ical_event *e, struct ical_time start)
{
	struct ical_day d = {.line = e->line, .day = {.day = start.day}};
	struct ical_time end = {.day = start.day + 1};
	struct ical_repeat repeat = {.count = 1, .interval = 1, .weekly = true};

	if (e->at[ICAL_FINISH].line && !take_time(s, &e->at[ICAL_FINISH], &end))
		return;
	if (end.has_time || end.day <= start.day) {
		ical_fault_at(s, &e->at[ICAL_FINISH], ICAL_end_before_start);
		return;
	}
	if (!take_names(s, e, &d) || !take_rule(s, e, &d.day))
		return;
	if (e->at[ICAL_REPEAT].line && !take_repeat(s, e, &repeat))
		return;
	if (repeats_its_start(&repeat, start.day))
		add_recurrences(s, &e->at[ICAL_REPEAT], &repeat, &d, end.day - start.day);
	else
		ical_fault_at(s, &e->at[ICAL_REPEAT], ICAL_unsupported);
}

/* The first day on which they are no longer in force: behind UNTIL, or behind the last of COUNT. */
static int32_t valid_to(const struct ical_repeat *repeat, int32_t start, int open)
{
	int32_t last = repeat->until.day;

	if (!repeat->ends)
		last = (int32_t)(start + repeat->count * WEEK - 1);
	else if (repeat->until.has_time && repeat->until.second < open)
		last--;
	return last == ICAL_LAST_DAY ? INT32_MAX : last + 1;
}

/* Since when: X-TIEPDAN-VALID-FROM, which DTSTART follows within a week; hours that begin in the first week
 * of 1970 have always been. */
static bool take_valid_from(struct ical_sink *s, const struct ical_event *e, int32_t start, int32_t *ret)
{
	const struct ical_line *at = &e->at[ICAL_VALID_FROM];
	struct ical_time from;

	*ret = start < ICAL_FIRST_DAY + WEEK ? INT32_MIN : start;
	if (!at->line)
		return true;
	if (!take_time(s, at, &from))
		return false;
	*ret = from.day;
	if (!from.has_time && from.day <= start && start < from.day + WEEK)
		return true;
	ical_fault_at(s, at, ICAL_bad_time);
	return false;
}

/* Rows for those of the weekdays that come at all from `start` on. */
static void add_hours(
	struct ical_sink *s, unsigned line, struct calendar_hours model, unsigned weekdays, int32_t start)
{
	struct ical *c = &s->out->calendar;

	for (int i = 0; i < WEEK && start + i < model.valid_to; i++) {
		model.weekday = weekday_of(start + i);
		if (!(weekdays & 1U << model.weekday))
			continue;
		if (c->nhours == ICAL_HOURS_MAX) {
			ical_fault(s, line, ICAL_too_many_hours, STR_NONE);
			s->full = true;
			return;
		}
		s->hours[c->nhours++] = (struct ical_hours){line, model};
	}
}

/* The closing time; a day that ends at midnight closes at 24:00. 0 after a fault. */
static int take_close(struct ical_sink *s, const struct ical_event *e, struct ical_time start)
{
	struct ical_time end;

	if (!e->at[ICAL_FINISH].line) {
		ical_fault(s, e->line, ICAL_no_end, STR_NONE);
		return 0;
	}
	if (!take_time(s, &e->at[ICAL_FINISH], &end))
		return 0;
	if (!end.has_time || start.second % 60 || end.second % 60) {
		ical_fault_at(s, &e->at[start.second % 60 ? ICAL_START : ICAL_FINISH], ICAL_bad_time);
		return 0;
	}
	if (end.day == start.day + 1 && end.second == 0)
		end = (struct ical_time){start.day, DAY_SECONDS, true, false};
	if (end.day == start.day && end.second > start.second)
		return end.second;
	ical_fault_at(
		s, &e->at[ICAL_FINISH], end.day > start.day ? ICAL_over_midnight : ICAL_end_before_start);
	return 0;
}

static void take_hours(struct ical_sink *s, const struct ical_event *e, struct ical_time start)
{
	const struct ical_line *rule = &e->at[ICAL_RULE], *at = &e->at[ICAL_REPEAT];
	struct calendar_hours h = {.open = start.second};
	struct ical_repeat repeat;
	unsigned first = 1U << weekday_of(start.day);

	if (!rule->line || !str_eq_nocase(rule->value, STR("WEEKLY"))) {
		ical_fault_at(s, &e->at[ICAL_START], ICAL_not_all_day);
		return;
	}
	if ((h.close = take_close(s, e, start)) == 0 || !take_valid_from(s, e, start.day, &h.valid_from))
		return;
	if (!at->line) {
		ical_fault(s, e->line, ICAL_no_repeat, STR_NONE);
		return;
	}
	if (!take_repeat(s, e, &repeat))
		return;
	if (!repeat.weekly || repeat.interval != 1 || repeat.month || repeat.month_day ||
		(repeat.weekdays && !(repeat.weekdays & first)) ||
		(repeat.count && repeat.weekdays && repeat.weekdays != first)) {
		ical_fault_at(s, at, ICAL_bad_repeat);
		return;
	}
	h.valid_to = valid_to(&repeat, start.day, start.second);
	if (h.valid_to <= start.day)
		ical_fault_at(s, at, ICAL_end_before_start);
	else if (h.valid_to > ICAL_LAST_DAY + 1 && h.valid_to < INT32_MAX)
		ical_fault_at(s, at, ICAL_out_of_range);
	else
		add_hours(s, e->line, h, repeat.weekdays ? repeat.weekdays : first, start.day);
}

void ical_event_take(struct ical_sink *s, const struct ical_event *e)
{
	struct ical_time start;

	if (!e->at[ICAL_START].line) {
		ical_fault(s, e->line, ICAL_no_start, STR_NONE);
		return;
	}
	if (!take_time(s, &e->at[ICAL_START], &start))
		return;
	if (start.day > ICAL_LAST_DAY)
		ical_fault_at(s, &e->at[ICAL_START], ICAL_out_of_range);
	else if (start.has_time)
		take_hours(s, e, start);
	else
		take_day(s, e, start);
}
