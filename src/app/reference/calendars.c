/* Rows of calendars -> struct calendar. */
#include "app/reference/calendars.h"

#include "app/reference/cells.h"
#include "civil/zone.h"
#include "db/answer.h"

enum {
	YEARS_BACK = 3,
	YEARS_AHEAD = 8,
	INTERVALS_MAX = 16 /* an import takes 8 */
};

struct calendar_hours calendars_hours(const PGresult *hours, int row)
{
	return (struct calendar_hours){.weekday = (int)cell_number(hours, row, "weekday"),
		.open = (int)cell_number(hours, row, "opens"),
		.close = (int)cell_number(hours, row, "closes"),
		.valid_from = cell_or(hours, row, "valid_from", INT32_MIN),
		.valid_to = cell_or(hours, row, "valid_to", INT32_MAX)};
}

/* "28800-43200 46800-54000". What does not look like that becomes an interval that no calendar accepts. */
static const struct calendar_interval *intervals(struct arena *arena, struct str text, unsigned *ret_n)
{
	struct calendar_interval *all = arena_alloc(arena, INTERVALS_MAX * sizeof(*all));
	struct str part, open;

	*ret_n = 0;
	while (*ret_n < INTERVALS_MAX && str_next(&text, ' ', &part)) {
		int64_t from = 0, to = 0;
		if (str_next(&part, '-', &open) && str_to_i64(open, &from) == 0 && str_to_i64(part, &to) == 0)
			all[*ret_n] = (struct calendar_interval){(int)from, (int)to};
		++*ret_n;
	}
	return all;
}

struct calendar_day calendars_day(struct arena *arena, const PGresult *days, int row)
{
	struct str hours = db_cell(days, row, "hours");
	struct calendar_day d = {.day = (int32_t)cell_number(days, row, "day"),
		.rule = DAY_OFF,
		.weekday = cell_or(days, row, "weekday", -1),
		.name = {cell_text(arena, days, row, "name_vi"), cell_text(arena, days, row, "name_en")},
		.source = cell_text(arena, days, row, "source")};

	if (db_cell_flag(days, row, "works"))
		d.rule = hours.at ? DAY_HOURS : DAY_LIKE;
	if (hours.at)
		d.hours = intervals(arena, hours, &d.nhours);
	return d;
}

/* Whose rows are looked for among those of all calendars. */
struct owner {
	int calendar, version; /* columns; version -1: there is one version only */
	struct str code, number;
};

static struct owner owner_of(const PGresult *r, const PGresult *calendars, int row)
{
	return (struct owner){PQfnumber(r, "calendar"), PQfnumber(r, "version"),
		db_cell(calendars, row, "code"), db_cell(calendars, row, "version")};
}

static bool owns(const struct owner *o, const PGresult *r, int row)
{
	return str_eq(str_of(PQgetvalue(r, row, o->calendar)), o->code) &&
	       (o->version < 0 || str_eq(str_of(PQgetvalue(r, row, o->version)), o->number));
}

static unsigned count(const PGresult *r, const struct owner *owner)
{
	unsigned n = 0;

	for (int i = 0; i < PQntuples(r); i++)
		n += owns(owner, r, i);
	return n;
}

static void take_hours(
	struct arena *arena, const PGresult *r, const struct owner *owner, struct calendar_source *source)
{
	struct calendar_hours *all = arena_alloc(arena, (count(r, owner) + 1) * sizeof(*all));

	for (int i = 0; i < PQntuples(r); i++)
		if (owns(owner, r, i))
			all[source->nhours++] = calendars_hours(r, i);
	source->hours = all;
}

static void take_days(
	struct arena *arena, const PGresult *r, const struct owner *owner, struct calendar_source *source)
{
	struct calendar_day *all = arena_alloc(arena, (count(r, owner) + 1) * sizeof(*all));

	for (int i = 0; i < PQntuples(r); i++)
		if (owns(owner, r, i))
			all[source->ndays++] = calendars_day(arena, r, i);
	source->days = all;
}

static const struct calendar *build(
	struct arena *arena, const struct calendar_rows *rows, int row, int year, struct str *ret_reason)
{
	struct calendar_source source = {.code = cell_text(arena, rows->calendars, row, "code"),
		.version = cell_number(rows->calendars, row, "version"),
		.first_year = year - YEARS_BACK,
		.last_year = year + YEARS_AHEAD};
	const struct owner of_hours = owner_of(rows->hours, rows->calendars, row);
	const struct owner of_days = owner_of(rows->days, rows->calendars, row);
	const struct calendar *made;

	take_hours(arena, rows->hours, &of_hours, &source);
	take_days(arena, rows->days, &of_days, &source);
	if (zone_load(arena, db_cell(rows->calendars, row, "zone"), source.last_year, &source.offsets,
		    &source.noffsets) < 0) {
		*ret_reason = arena_printf(
			arena, "calendar %.*s: its time zone is not there", STR_ARG(source.code));
		return NULL;
	}
	made = calendar_compile(arena, &source);
	if (!made)
		*ret_reason = arena_printf(
			arena, "calendar %.*s: no working time, or overlapping hours", STR_ARG(source.code));
	return made;
}

const struct calendar *const *calendars_from_rows(
	struct arena *arena, const struct calendar_rows *rows, int year, struct str *ret_reason)
{
	int n = PQntuples(rows->calendars);
	const struct calendar **all = arena_alloc(arena, ((size_t)n + 1) * sizeof(*all));

	for (int i = 0; i < n; i++)
		if (!(all[i] = build(arena, rows, i, year, ret_reason)))
			return NULL;
	return all;
}

const struct calendar *const *calendars_kept(
	struct arena *arena, const struct calendar_rows *rows, int year, unsigned *ret_n)
{
	int n = PQntuples(rows->calendars);
	const struct calendar **all = arena_alloc(arena, ((size_t)n + 1) * sizeof(*all));
	struct str reason;

	*ret_n = 0;
	for (int i = 0; i < n; i++)
		if ((all[*ret_n] = build(arena, rows, i, year, &reason)))
			++*ret_n;
	return all;
}
