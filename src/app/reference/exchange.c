/* A calendar as iCalendar, as CSV, and as rows for the database. */
#include "app/reference/exchange.h"

#include "app/reference/cells.h"
#include "base/clock.h"
#include "base/csv.h"
#include "civil/zone.h"
#include "db/answer.h"

enum {
	LAST_YEAR = 2200 /* of civil/ical.h */
};

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

bool exchange_open(struct arena *arena, const PGresult *calendar, struct ical *ret)
{
	*ret = (struct ical){.code = cell_text(arena, calendar, 0, "code"),
		.name = {cell_text(arena, calendar, 0, "name_vi"), cell_text(arena, calendar, 0, "name_en")},
		.zone = cell_text(arena, calendar, 0, "zone")};
	return zone_load(arena, ret->zone, LAST_YEAR, &ret->offsets, &ret->noffsets) == 0;
}

struct str exchange_ical(struct arena *arena, const struct calendar_rows *rows)
{
	size_t nhours = (size_t)PQntuples(rows->hours), ndays = (size_t)PQntuples(rows->days);
	struct ical_hours *hours = arena_alloc(arena, (nhours + 1) * sizeof(*hours));
	struct ical_day *days = arena_alloc(arena, (ndays + 1) * sizeof(*days));
	struct buf b = {.arena = arena};
	struct ical c;

	if (!exchange_open(arena, rows->calendars, &c))
		return STR_NONE;
	for (size_t i = 0; i < nhours; i++)
		hours[i].hours = calendars_hours(rows->hours, (int)i);
	for (size_t i = 0; i < ndays; i++)
		days[i] = (struct ical_day){.day = calendars_day(arena, rows->days, (int)i),
			.note = cell_text(arena, rows->days, (int)i, "note")};
	c.hours = hours;
	c.nhours = (unsigned)nhours;
	c.days = days;
	c.ndays = (unsigned)ndays;
	ical_write(&b, &c, cell_number(rows->calendars, 0, "made_at"));
	return buf_str(&b);
}

static struct str time_text(struct arena *arena, int second)
{
	return arena_printf(arena, "%02d:%02d", second / 3600, second / 60 % 60);
}

/* 08:00-12:00 13:00-15:00; absent for a day without hours of its own. */
static struct str hours_text(struct arena *arena, const struct calendar_day *d)
{
	struct buf b = {.arena = arena};

	if (d->rule != DAY_HOURS)
		return STR_NONE;
	for (unsigned i = 0; i < d->nhours; i++)
		buf_printf(&b, "%s%.*s-%.*s", i > 0 ? " " : "", STR_ARG(time_text(arena, d->hours[i].open)),
			STR_ARG(time_text(arena, d->hours[i].close)));
	return buf_str(&b);
}

static struct str weekday_text(const struct calendar_day *d)
{
	return d->rule == DAY_LIKE && d->weekday >= 0 ? str_of(weekdays[d->weekday]) : STR_NONE;
}

struct str exchange_csv(struct arena *arena, const PGresult *days)
{
	struct buf b = {.arena = arena};

	buf_put(&b, STR("calendar,day,works,weekday,hours,name_vi,name_en,source,note\r\n"));
	for (int i = 0; i < PQntuples(days); i++) {
		const struct calendar_day d = calendars_day(arena, days, i);
		csv_cell(&b, db_cell(days, i, "calendar"), true);
		csv_cell(&b, clock_date_text(arena, d.day), false);
		csv_cell(&b, d.rule == DAY_OFF ? STR("false") : STR("true"), false);
		csv_cell(&b, weekday_text(&d), false);
		csv_cell(&b, hours_text(arena, &d), false);
		csv_cell(&b, d.name[0], false);
		csv_cell(&b, d.name[1], false);
		csv_cell(&b, d.source, false);
		csv_cell(&b, db_cell(days, i, "note"), false);
		csv_end(&b);
	}
	return buf_str(&b);
}

/* A member of a row, as a text; nothing when it is absent. */
static void put_cell(struct buf *b, const char *name, struct str cell)
{
	if (!cell.at)
		return;
	buf_member(b, name, cell);
}

struct str exchange_hours(struct arena *arena, const struct ical *read)
{
	struct buf b = {.arena = arena};

	if (read->nhours == 0)
		return STR_NONE;
	for (unsigned i = 0; i < read->nhours; i++) {
		const struct calendar_hours *h = &read->hours[i].hours;
		buf_printf(&b, "%c{\"line\":%u", i == 0 ? '[' : ',', read->hours[i].line);
		put_cell(&b, "weekday", str_of(weekdays[h->weekday]));
		put_cell(&b, "opens", time_text(arena, h->open));
		put_cell(&b, "closes", time_text(arena, h->close));
		if (h->valid_from != INT32_MIN)
			put_cell(&b, "valid_from", clock_date_text(arena, h->valid_from));
		if (h->valid_to != INT32_MAX)
			put_cell(&b, "valid_to", clock_date_text(arena, h->valid_to));
		buf_byte(&b, '}');
	}
	buf_byte(&b, ']');
	return buf_str(&b);
}

struct str exchange_days(struct arena *arena, const struct ical *read)
{
	struct buf b = {.arena = arena};

	buf_byte(&b, '[');
	for (unsigned i = 0; i < read->ndays; i++) {
		const struct calendar_day *d = &read->days[i].day;
		buf_printf(&b, "%s{\"line\":%u", i == 0 ? "" : ",", read->days[i].line);
		put_cell(&b, "day", clock_date_text(arena, d->day));
		put_cell(&b, "works", d->rule == DAY_OFF ? STR("false") : STR("true"));
		put_cell(&b, "weekday", weekday_text(d));
		put_cell(&b, "hours", hours_text(arena, d));
		put_cell(&b, "name_vi", d->name[0]);
		put_cell(&b, "name_en", d->name[1]);
		put_cell(&b, "source", d->source);
		put_cell(&b, "note", read->days[i].note);
		buf_byte(&b, '}');
	}
	buf_byte(&b, ']');
	return buf_str(&b);
}
