/* A calendar as iCalendar text. */
#include "civil/ical.h"

#include "base/clock.h"
#include "civil/ical_line.h"
#include "civil/ical_value.h"

enum {
	DAY_SECONDS = 86400,
	WEEK = 7,
	ZONE_LAST_YEAR =
		2037 /* of the changes of offset that are written; readers know the zone by its name */
};

static struct ical_time utc(int64_t seconds)
{
	int64_t day = seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0);

	return (struct ical_time){(int32_t)day, (int)(seconds - day * DAY_SECONDS), true, true};
}

/* The instant of a local time: as calendar_instant(), where the clock never jumps at the end of a day. */
static struct ical_time local_to_utc(const struct ical *c, int32_t day, int second)
{
	int64_t seconds = (int64_t)day * DAY_SECONDS + second;
	unsigned i = 0;

	while (i + 1 < c->noffsets && c->offsets[i + 1].from + c->offsets[i].seconds <= seconds)
		i++;
	return utc(seconds - c->offsets[i].seconds);
}

static void put_time(struct buf *out, const char *name, struct ical_time t)
{
	struct buf b = {.arena = out->arena};

	ical_value_put_time(&b, t);
	ical_line_put(out, name, buf_str(&b));
}

static void put_zone_time(struct buf *out, const char *name, struct str zone, struct ical_time t)
{
	put_time(out, arena_printf(out->arena, "%s;TZID=%.*s", name, STR_ARG(zone)).at, t);
}

static void put_date(struct buf *out, const char *name, int32_t day)
{
	put_time(out, arena_printf(out->arena, "%s;VALUE=DATE", name).at, (struct ical_time){.day = day});
}

/* +0700, with seconds where the zone has some. */
static void put_offset(struct buf *out, const char *name, int seconds)
{
	int n = seconds < 0 ? -seconds : seconds;
	struct str text =
		arena_printf(out->arena, "%c%02d%02d", seconds < 0 ? '-' : '+', n / 3600, n / 60 % 60);

	if (n % 60)
		text = arena_printf(out->arena, "%.*s%02d", STR_ARG(text), n % 60);
	ical_line_put(out, name, text);
}

/* One stretch of the zone with one offset; it begins at a local time of the offset before. */
static void put_observance(struct buf *out, int64_t from, int before, int after)
{
	const char *kind = after > before ? "DAYLIGHT" : "STANDARD";
	struct ical_time begins = utc(from + before);

	begins.utc = false;
	ical_line_put(out, "BEGIN", str_of(kind));
	put_time(out, "DTSTART", begins);
	put_offset(out, "TZOFFSETFROM", before);
	put_offset(out, "TZOFFSETTO", after);
	ical_line_put(out, "END", str_of(kind));
}

static void put_zone(struct buf *out, const struct ical *c)
{
	const struct zone_offset *o = c->offsets;
	int64_t end = (int64_t)clock_days_from_civil(ZONE_LAST_YEAR + 1, 1, 1) * DAY_SECONDS;
	unsigned first = 0;

	while (first + 1 < c->noffsets && o[first + 1].from <= 0)
		first++;
	ical_line_put(out, "BEGIN", STR("VTIMEZONE"));
	ical_line_put(out, "TZID", c->zone);
	put_observance(out, -o[first].seconds, o[first].seconds, o[first].seconds);
	for (unsigned i = first + 1; i < c->noffsets && o[i].from < end; i++)
		put_observance(out, o[i].from, o[i - 1].seconds, o[i].seconds);
	ical_line_put(out, "END", STR("VTIMEZONE"));
}

static void begin_event(struct buf *out, struct str uid, struct ical_time made_at)
{
	ical_line_put(out, "BEGIN", STR("VEVENT"));
	ical_line_put(out, "UID", uid);
	put_time(out, "DTSTAMP", made_at);
}

static int weekday_of(int32_t day)
{
	return (int)(((int64_t)day + 3) % WEEK + WEEK) % WEEK; /* 1970-01-01 was a Thursday */
}

/* The first such weekday on which the hours are in force. */
static int32_t first_day(const struct calendar_hours *h)
{
	int32_t from = h->valid_from == INT32_MIN ? ICAL_FIRST_DAY : h->valid_from;

	return from + (h->weekday - weekday_of(from) + WEEK) % WEEK;
}

static void put_repeat(struct buf *out, const struct ical *c, const struct calendar_hours *h)
{
	int32_t last = h->valid_to == INT32_MAX ? ICAL_LAST_DAY : h->valid_to - 1;
	struct buf b = {.arena = out->arena};

	buf_printf(&b, "FREQ=WEEKLY;BYDAY=%s;UNTIL=", ical_value_weekdays[h->weekday]);
	ical_value_put_time(&b, local_to_utc(c, last, DAY_SECONDS - 1));
	ical_line_put(out, "RRULE", buf_str(&b));
}

static void put_hours(
	struct buf *out, const struct ical *c, const struct calendar_hours *h, struct ical_time made_at)
{
	int32_t day = first_day(h);
	bool midnight = h->close == DAY_SECONDS;
	struct buf uid = {.arena = out->arena};

	buf_printf(&uid, "%.*s-%s-%02d%02d", STR_ARG(c->code), ical_value_weekdays[h->weekday],
		h->open / 3600, h->open / 60 % 60);
	if (h->valid_from != INT32_MIN) {
		buf_byte(&uid, '-');
		ical_value_put_time(&uid, (struct ical_time){.day = h->valid_from});
	}
	buf_put(&uid, STR("@tiepdan"));
	begin_event(out, buf_str(&uid), made_at);
	put_zone_time(out, "DTSTART", c->zone, (struct ical_time){day, h->open, true, false});
	put_zone_time(out, "DTEND", c->zone,
		(struct ical_time){day + midnight, midnight ? 0 : h->close, true, false});
	put_repeat(out, c, h);
	if (h->valid_from != INT32_MIN)
		put_date(out, "X-TIEPDAN-VALID-FROM", h->valid_from);
	ical_line_put_text(out, "SUMMARY;LANGUAGE=vi", STR("Giờ làm việc"));
	ical_line_put_text(out, "COMMENT;LANGUAGE=en", STR("Working hours"));
	ical_line_put(out, "X-TIEPDAN-RULE", STR("WEEKLY"));
	ical_line_put(out, "END", STR("VEVENT"));
}

static void put_own_hours(struct buf *out, const struct calendar_day *d)
{
	struct buf b = {.arena = out->arena};

	for (unsigned i = 0; i < d->nhours; i++)
		buf_printf(&b, "%s%02d:%02d-%02d:%02d", i > 0 ? " " : "", d->hours[i].open / 3600,
			d->hours[i].open / 60 % 60, d->hours[i].close / 3600, d->hours[i].close / 60 % 60);
	ical_line_put(out, "X-TIEPDAN-HOURS", buf_str(&b));
}

static void put_day(
	struct buf *out, const struct ical *c, const struct ical_day *day, struct ical_time made_at)
{
	static const char *const rules[] = {[DAY_OFF] = "OFF", [DAY_LIKE] = "MAKE-UP", [DAY_HOURS] = "HOURS"};
	static const char *const categories[] = {
		[DAY_OFF] = "HOLIDAY", [DAY_LIKE] = "MAKE-UP", [DAY_HOURS] = "SPECIAL-HOURS"};
	const struct calendar_day *d = &day->day;
	struct buf uid = {.arena = out->arena};

	buf_printf(&uid, "%.*s-", STR_ARG(c->code));
	ical_value_put_time(&uid, (struct ical_time){.day = d->day});
	buf_put(&uid, STR("@tiepdan"));
	begin_event(out, buf_str(&uid), made_at);
	put_date(out, "DTSTART", d->day);
	put_date(out, "DTEND", d->day + 1);
	ical_line_put_text(out, "SUMMARY;LANGUAGE=vi", d->name[0]);
	ical_line_put_text(out, "COMMENT;LANGUAGE=en", d->name[1]);
	ical_line_put(out, "CATEGORIES", str_of(categories[d->rule]));
	ical_line_put(out, "TRANSP", STR("TRANSPARENT"));
	ical_line_put(out, "X-TIEPDAN-RULE", str_of(rules[d->rule]));
	if (d->rule == DAY_LIKE && d->weekday >= 0)
		ical_line_put(out, "X-TIEPDAN-WEEKDAY", str_of(ical_value_weekdays[d->weekday]));
	if (d->rule == DAY_HOURS)
		put_own_hours(out, d);
	ical_line_put_text(out, "X-TIEPDAN-SOURCE", d->source);
	ical_line_put_text(out, "X-TIEPDAN-NOTE", day->note);
	ical_line_put(out, "END", STR("VEVENT"));
}

void ical_write(struct buf *out, const struct ical *c, int64_t made_at_ms)
{
	struct ical_time made_at = utc(made_at_ms / 1000);

	ical_line_put(out, "BEGIN", STR("VCALENDAR"));
	ical_line_put(out, "VERSION", STR("2.0"));
	ical_line_put(out, "PRODID", STR("-//tiepdan//calendars//VI"));
	ical_line_put(out, "CALSCALE", STR("GREGORIAN"));
	ical_line_put_text(out, "X-WR-CALNAME", c->name[0]);
	ical_line_put(out, "X-WR-TIMEZONE", c->zone);
	if (c->nhours > 0)
		put_zone(out, c);
	for (unsigned i = 0; i < c->nhours; i++)
		put_hours(out, c, &c->hours[i].hours, made_at);
	for (unsigned i = 0; i < c->ndays; i++)
		put_day(out, c, &c->days[i], made_at);
	ical_line_put(out, "END", STR("VCALENDAR"));
}
