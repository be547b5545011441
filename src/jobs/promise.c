/* How many working days answers took. Two units of work: the first finds answers that nobody has measured,
 * the second keeps what the server has counted. */
#include "jobs/promise.h"

#include "base/clock.h"
#include "civil/clock.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"

struct measured {
	struct uuid ticket;
	int64_t round, days;
};

void promise_find(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_answers_unmeasured(u, .limit = PROMISE_PORTION);
}

static struct measured measure(const struct city *city, const PGresult *found, int row)
{
	const struct calendar *c = city_calendar(city, db_cell(found, row, "calendar"));
	struct measured m = {.round = db_cell_int(found, row, "round")};

	m.days = clock_days(c ? c : city->calendar, db_cell_int(found, row, "filed_s"),
		db_cell_int(found, row, "answered_s"));
	m.ticket = db_cell_uuid(found, row, "ticket");
	return m;
}

bool promise_measure(struct app *app, PGresult *const *found, struct db_unit *u)
{
	size_t n = (size_t)PQntuples(found[0]);
	struct measured *all = arena_alloc(db_unit_arena(u), (n + 1) * sizeof(*all));

	if (n == 0 || !app->city)
		return false;
	for (size_t i = 0; i < n; i++)
		all[i] = measure(app->city, found[0], (int)i);
	sql_jobs_answers_measure(u, .tickets = DB_COLUMN(all, n, ticket), .rounds = DB_COLUMN(all, n, round),
		.days = DB_COLUMN(all, n, days));
	return true;
}

int64_t promise_measured(PGresult *const *results)
{
	return db_cell_int(results[0], 0, "measured");
}

void promise_renew(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_promises_renew(u, .now = clock_wall_ms());
}
