/* Alarms of clocks, and of parts that other departments were asked for. Firing takes two units of work: the
 * first finds the clocks whose alarm has come, the second lets them fire and plans the next level of each.
 * When that is, is a matter of working time, which only the server can count, so that one unit is not enough.
 * Nothing is locked from the first to the second: the second touches only what is still as the first has read
 * it, so whoever paused, extended, stopped or fired a clock in between wins. */
#include "jobs/alarms.h"

#include "base/clock.h"
#include "base/metric.h"
#include "base/must.h"
#include "civil/clock.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"

/* One row of clock_running, as it was read and as it shall be. Of a part the ticket is its own id. */
struct dates {
	int64_t slot, round, level, alarm, next; /* instants in milliseconds; DB_NO_INT: no alarm any more */
	bool fires;				 /* else its level is planned anew */
	int64_t fired;				 /* the level of `ladder` that fires; DB_NO_INT: none */
	struct uuid ticket, event;
	struct str kind, ladder;
};
struct plan {
	const struct city *city;
	struct arena *arena;
	const PGresult *found;
	int64_t now_ms;
	struct dates *dates;
	size_t n;
};

void alarms_find(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_alarms_due(u, .now = clock_wall_ms(), .limit = ALARMS_PORTION);
}

void alarms_find_parts(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_part_alarms_due(u, .now = clock_wall_ms(), .limit = ALARMS_PORTION);
}

static int64_t number(const struct plan *p, int row, const char *column)
{
	return db_cell_int(p->found, row, column);
}

/* The rows of one clock in one slot lie side by side, one for each pause. Returns the row behind the last. */
static int read_facts(const struct plan *p, int row, struct clock_facts *ret)
{
	int64_t place = number(p, row, "place"), slot = number(p, row, "slot");
	const struct calendar *calendar =
		city_calendar_version(p->city, db_cell(p->found, row, "calendar"), number(p, row, "version"));
	struct deadline_pause *pauses;
	size_t n = 0;
	int end = row;

	while (end < PQntuples(p->found) && number(p, end, "place") == place &&
		number(p, end, "slot") == slot)
		end++;
	pauses = arena_alloc(p->arena, (size_t)(end - row) * sizeof(*pauses));
	for (int i = row; i < end; i++)
		if (number(p, i, "from_s") != DB_NO_INT)
			pauses[n++] =
				(struct deadline_pause){number(p, i, "from_s"), number(p, i, "until_s")};
	*ret = (struct clock_facts){.profile = db_cell(p->found, row, "profile"),
		.calendar = calendar ? calendar : p->city->calendar, /* one that was taken away since */
		.question = {.start = number(p, row, "start_s"), .pauses = pauses, .npauses = n},
		.level = (int)number(p, row, "level")};
	must(deadline_unit_parse(db_cell(p->found, row, "unit"), &ret->question.terms.unit));
	return end;
}

static int64_t alarm_ms(const struct plan *p, const struct clock_facts *clock, int64_t due)
{
	int64_t at = clock_alarm(p->city, clock, due);

	return at == CLOCK_NEVER ? DB_NO_INT : at * 1000;
}

/* An alarm whose instant is wrong does not fire but gets the right one: its clock was dated anew by
 * somebody who had read the level before, or the ladder was changed. */
static bool comes_later(const struct plan *p, const struct clock_facts *clock, int64_t due, int64_t *ret_at)
{
	*ret_at = alarm_ms(p, clock, due);
	return *ret_at != DB_NO_INT && *ret_at >= p->now_ms;
}

static void fire_level(const struct plan *p, struct clock_facts *clock, int64_t due, struct dates *d)
{
	const struct alarm_level *level = clock_level(p->city, clock->profile, clock->level);

	if (level) {
		d->fired = level->level;
		d->ladder = level->profile;
		clock->level = level->level;
	}
	clock->level++;
	d->next = alarm_ms(p, clock, due);
}

/* Plans one row. Those of other slots only follow the current one, which stands first. */
static int plan_row(struct plan *p, int row)
{
	const struct dates *last = p->n > 0 ? &p->dates[p->n - 1] : NULL;
	bool follows = row > 0 && number(p, row, "place") == number(p, row - 1, "place");
	int64_t due = number(p, row, "due_s");
	struct dates d = {.slot = number(p, row, "slot"),
		.round = number(p, row, "round"),
		.level = number(p, row, "level"),
		.alarm = number(p, row, "alarm_ms"),
		.fired = DB_NO_INT,
		.kind = db_cell(p->found, row, "kind"),
		.ladder = STR(""),
		.event = uuid_new()};
	struct clock_facts clock;
	int end = read_facts(p, row, &clock);

	if (follows && !last->fires)
		return end;
	d.ticket = db_cell_uuid(p->found, row, "ticket");
	d.fires = follows || !comes_later(p, &clock, due, &d.next);
	if (d.fires)
		fire_level(p, &clock, due, &d);
	p->dates[p->n++] = d;
	return end;
}

/* How long the oldest alarm that is due has waited. */
static void measure_delay(const struct plan *p)
{
	int64_t ms = PQntuples(p->found) > 0 ? p->now_ms - number(p, 0, "alarm_ms") : 0;

	metric_set(METRIC_alarm_delay_seconds, ms / 1000);
}

static struct plan plan_begin(const struct app *app, const PGresult *found, struct db_unit *u)
{
	return (struct plan){
		.city = app->city, .arena = db_unit_arena(u), .found = found, .now_ms = clock_wall_ms()};
}

/* False: there is nothing to plan. */
static bool plan_rows(struct plan *p)
{
	int row = 0, rows = PQntuples(p->found);

	if (rows == 0 || !p->city)
		return false;
	p->dates = arena_alloc(p->arena, (size_t)rows * sizeof(*p->dates));
	while (row < rows)
		row = plan_row(p, row);
	return true;
}

bool alarms_fire(struct app *app, PGresult *const *found, struct db_unit *u)
{
	struct plan p = plan_begin(app, found[0], u);

	measure_delay(&p);
	if (!plan_rows(&p))
		return false;
	sql_jobs_alarms_fire(u, .slots = DB_COLUMN(p.dates, p.n, slot),
		.tickets = DB_COLUMN(p.dates, p.n, ticket), .kinds = DB_COLUMN(p.dates, p.n, kind),
		.rounds = DB_COLUMN(p.dates, p.n, round), .levels = DB_COLUMN(p.dates, p.n, level),
		.alarms = DB_COLUMN(p.dates, p.n, alarm), .ladders = DB_COLUMN(p.dates, p.n, ladder),
		.fired = DB_COLUMN(p.dates, p.n, fired), .nexts = DB_COLUMN(p.dates, p.n, next),
		.events = DB_COLUMN(p.dates, p.n, event), .now = p.now_ms);
	return true;
}

bool alarms_fire_parts(struct app *app, PGresult *const *found, struct db_unit *u)
{
	struct plan p = plan_begin(app, found[0], u);

	if (!plan_rows(&p))
		return false;
	sql_jobs_part_alarms_fire(u, .parts = DB_COLUMN(p.dates, p.n, ticket),
		.levels = DB_COLUMN(p.dates, p.n, level), .alarms = DB_COLUMN(p.dates, p.n, alarm),
		.ladders = DB_COLUMN(p.dates, p.n, ladder), .fired = DB_COLUMN(p.dates, p.n, fired),
		.nexts = DB_COLUMN(p.dates, p.n, next), .events = DB_COLUMN(p.dates, p.n, event),
		.now = p.now_ms);
	return true;
}

int64_t alarms_fired(PGresult *const *results)
{
	metric_add(METRIC_alarms_fired, db_cell_int(results[0], 0, "fired"));
	return db_cell_int(results[0], 0, "moved");
}
