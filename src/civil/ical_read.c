/* An iCalendar text as hours and exceptions: its components, and what contradicts each other. */
#include "civil/ical.h"

#include <stdlib.h>

#include "base/clock.h"
#include "civil/ical_event.h"
#include "civil/ical_value.h"

enum {
	DEPTH_MAX = 8
};

static const char *const properties[ICAL_PROPERTIES] = {"DTSTART", "DTEND", "RRULE", "SUMMARY", "STATUS",
	"X-TIEPDAN-RULE", "X-TIEPDAN-WEEKDAY", "X-TIEPDAN-HOURS", "X-TIEPDAN-VALID-FROM", "X-TIEPDAN-SOURCE",
	"X-TIEPDAN-NOTE"};
/* They change when an event takes place, and we would get it wrong. */
static const char *const unsupported[] = {"DURATION", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID", NULL};

struct reader {
	struct ical_sink sink;
	struct ical_line open[DEPTH_MAX]; /* the BEGINs */
	unsigned depth, nevents;
	bool ended; /* END:VCALENDAR has come */
	struct ical_event event;
};

static void take_event(struct reader *r)
{
	const struct ical_line *status = &r->event.at[ICAL_STATUS];

	if (++r->nevents > ICAL_EVENTS_MAX) {
		ical_fault(&r->sink, r->event.line, ICAL_too_many_events, STR_NONE);
		r->sink.full = true;
	} else if (!status->line || !str_eq_nocase(status->value, STR("CANCELLED"))) {
		ical_event_take(&r->sink, &r->event);
	}
}

/* The properties that may come more than once. */
static void take_repeated(struct reader *r, const struct ical_line *at)
{
	struct str rest = at->value, part;

	if (str_eq_nocase(at->name, STR("COMMENT")) && str_eq_nocase(at->language, STR("en"))) {
		r->event.name_en = ical_value_text(r->sink.arena, at->value);
		if (!r->event.name_en.at)
			ical_fault_at(&r->sink, at, ICAL_bad_text);
	}
	if (str_eq_nocase(at->name, STR("CATEGORIES")))
		while (str_next(&rest, ',', &part))
			if (str_eq_nocase(str_trim(part, " "), STR("MAKE-UP")))
				r->event.makes_up = true;
}

static void take_property(struct reader *r, const struct ical_line *at)
{
	for (const char *const *name = unsupported; *name; name++)
		if (str_eq_nocase(at->name, str_of(*name)))
			ical_fault(&r->sink, at->line, ICAL_unsupported, at->name);
	for (int p = 0; p < ICAL_PROPERTIES; p++) {
		if (!str_eq_nocase(at->name, str_of(properties[p])))
			continue;
		if (r->event.at[p].line)
			ical_fault(&r->sink, at->line, ICAL_twice, at->name);
		r->event.at[p] = *at;
		return;
	}
	take_repeated(r, at);
}

static void take_calendar_property(struct reader *r, const struct ical_line *at)
{
	if (str_eq_nocase(at->name, STR("X-WR-TIMEZONE")) && !str_eq(at->value, r->sink.of->zone))
		ical_fault(&r->sink, at->line, ICAL_unknown_zone, at->value);
	if (str_eq_nocase(at->name, STR("CALSCALE")) && !str_eq_nocase(at->value, STR("GREGORIAN")))
		ical_fault_at(&r->sink, at, ICAL_unsupported);
	if (str_eq_nocase(at->name, STR("VERSION")) && !str_eq(at->value, STR("2.0")))
		ical_fault_at(&r->sink, at, ICAL_unsupported);
}

static bool in_event(const struct reader *r)
{
	return r->depth == 2 && str_eq_nocase(r->open[1].value, STR("VEVENT"));
}

static void begin(struct reader *r, const struct ical_line *at)
{
	if (r->depth == DEPTH_MAX || (r->depth == 0 && !str_eq_nocase(at->value, STR("VCALENDAR")))) {
		ical_fault_at(&r->sink, at, r->depth == 0 ? ICAL_not_calendar : ICAL_too_deep);
		r->sink.full = true;
		return;
	}
	r->open[r->depth++] = *at;
	if (in_event(r))
		r->event = (struct ical_event){.line = at->line};
}

static void end(struct reader *r, const struct ical_line *at)
{
	if (r->depth == 0 || !str_eq_nocase(r->open[r->depth - 1].value, at->value)) {
		ical_fault_at(&r->sink, at, ICAL_not_opened);
		r->sink.full = true;
		return;
	}
	if (in_event(r))
		take_event(r);
	r->depth--;
}

static void take_line(struct reader *r, const struct ical_line *at)
{
	if (str_eq_nocase(at->name, STR("BEGIN")))
		begin(r, at);
	else if (r->depth == 0)
		ical_fault_at(&r->sink, at, ICAL_not_calendar);
	else if (str_eq_nocase(at->name, STR("END")))
		end(r, at);
	else if (in_event(r))
		take_property(r, at);
	else if (r->depth == 1)
		take_calendar_property(r, at);
	r->ended = r->depth == 0;
}

static int by_day(const void *a, const void *b)
{
	const struct ical_day *x = a, *y = b;

	if (x->day.day != y->day.day)
		return x->day.day < y->day.day ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static int by_weekday(const void *a, const void *b)
{
	const struct calendar_hours *x = &((const struct ical_hours *)a)->hours;
	const struct calendar_hours *y = &((const struct ical_hours *)b)->hours;

	if (x->weekday != y->weekday)
		return x->weekday < y->weekday ? -1 : 1;
	if (x->open != y->open)
		return x->open < y->open ? -1 : 1;
	return (x->valid_from > y->valid_from) - (x->valid_from < y->valid_from);
}

static bool clash(const struct calendar_hours *a, const struct calendar_hours *b)
{
	return a->weekday == b->weekday && a->open < b->close && b->open < a->close &&
	       a->valid_from < b->valid_to && b->valid_from < a->valid_to;
}

static void find_contradictions(struct ical_sink *s)
{
	struct ical *c = &s->out->calendar;

	c->days = s->days;
	if (c->ndays > 1)
		qsort(s->days, c->ndays, sizeof(*s->days), by_day);
	for (unsigned i = 1; i < c->ndays; i++)
		if (s->days[i].day.day == s->days[i - 1].day.day)
			ical_fault(s, s->days[i].line, ICAL_contradiction,
				arena_printf(s->arena, "%u: %.*s", s->days[i - 1].line,
					STR_ARG(clock_date_text(s->arena, s->days[i].day.day))));
	qsort(s->hours, c->nhours, sizeof(*s->hours), by_weekday);
	for (unsigned i = 0; i < c->nhours; i++)
		for (unsigned j = 0; j < i; j++)
			if (clash(&s->hours[i].hours, &s->hours[j].hours))
				ical_fault(s, s->hours[i].line, ICAL_hours_overlap,
					str_of(ical_value_weekdays[s->hours[i].hours.weekday]));
}

/* Nothing at all, components that nobody closed, and what stands behind the last END. */
static void read_end(struct reader *r, struct ical_lines *lines)
{
	struct ical_line more;
	enum ical_fault_code code;

	if (r->depth > 0)
		ical_fault_at(&r->sink, &r->open[r->depth - 1], ICAL_not_closed);
	else if (!r->ended)
		ical_fault(&r->sink, 1, ICAL_not_calendar, STR_NONE);
	else if (ical_line_next(lines, &more, &code) != ICAL_END)
		ical_fault(&r->sink, more.line, ICAL_behind_end, STR_NONE);
}

static void read_lines(struct reader *r, struct str text)
{
	struct ical_lines lines = {r->sink.arena, text, 1};
	struct ical_line at;
	enum ical_fault_code code;
	enum ical_next next;

	while (!r->ended && !r->sink.full && r->sink.out->nfaults < ICAL_FAULTS_MAX &&
		(next = ical_line_next(&lines, &at, &code)) != ICAL_END) {
		if (next == ICAL_LINE)
			take_line(r, &at);
		else
			ical_fault(&r->sink, at.line, code, STR_NONE);
	}
	if (r->sink.out->nfaults == 0)
		read_end(r, &lines);
}

const struct ical_reading *ical_read(struct arena *arena, struct str text, const struct ical *of)
{
	struct reader *r = arena_alloc(arena, sizeof(*r));

	r->sink = (struct ical_sink){.arena = arena,
		.of = of,
		.out = arena_try(arena, sizeof(*r->sink.out)),
		.hours = arena_try(arena, ICAL_HOURS_MAX * sizeof(*r->sink.hours))};
	if (!r->sink.out || !r->sink.hours)
		return NULL;
	r->sink.out->calendar = (struct ical){
		.code = of->code, .zone = of->zone, .offsets = of->offsets, .noffsets = of->noffsets};
	r->sink.out->calendar.hours = r->sink.hours;
	if (str_starts(text, STR("\xEF\xBB\xBF")))
		text = (struct str){text.at + 3, text.len - 3};
	if (!str_is_utf8(text)) {
		ical_fault(&r->sink, 1, ICAL_not_utf8, STR_NONE);
		return r->sink.out;
	}
	read_lines(r, text);
	find_contradictions(&r->sink);
	return arena_failed(arena) ? NULL : r->sink.out;
}

struct str ical_fault_text(struct arena *arena, const struct ical_fault *f, int lang)
{
	static const char *const texts[ICAL_FAULT_COUNT][2] = {
#define ICAL_FAULT(name, vi, en) [ICAL_##name] = {vi, en},
#include "civil/ical_faults.def"
	};
	const char *text = texts[f->code][lang != 0];

	if (!f->what.at)
		return str_of(text);
	if (f->code == ICAL_contradiction)
		return arena_printf(arena, "%s %.*s", text, STR_ARG(f->what));
	return arena_printf(arena, "%.*s: %s", STR_ARG(f->what), text);
}
