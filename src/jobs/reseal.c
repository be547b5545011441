/* Sealing under a newer key. */
#include "jobs/reseal.h"

#include "auth/seal.h"
#include "base/log.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"

static int64_t newest(const struct app *app)
{
	return app->keys->seal[app->keys->nseal - 1].epoch;
}

void reseal_find(struct app *app, struct db_unit *u)
{
	sql_jobs_reseal_next(u, .epoch = newest(app), .limit = RESEAL_PORTION);
}

/* One record, beside what it was. */
struct record {
	struct uuid owner;
	bool factor;
	struct str old, wrapped, box;
};

/* False: it does not open. It stays as it is, and is told. */
static bool read_record(
	const struct app *app, struct arena *arena, const PGresult *rows, int row, struct record *ret)
{
	struct sealed old = {.epoch = db_cell_int(rows, row, "old"),
		.wrapped = db_cell_bytes(arena, rows, row, "wrapped"),
		.box = db_cell_bytes(arena, rows, row, "box")};
	struct sealed fresh;

	*ret = (struct record){.owner = db_cell_uuid(rows, row, "owner"),
		.factor = db_cell_flag(rows, row, "factor"),
		.old = old.box};
	if (!seal_again(arena, app->keys, uuid_bytes(&ret->owner), &old, &fresh)) {
		log_error("reseal.unreadable", LOG_STR("owner", db_cell(rows, row, "owner")),
			LOG_INT("epoch", old.epoch));
		return false;
	}
	ret->wrapped = fresh.wrapped;
	ret->box = fresh.box;
	return true;
}

bool reseal_keep(struct app *app, PGresult *const *found, struct db_unit *u)
{
	const PGresult *rows = found[0];
	struct arena *arena = db_unit_arena(u);
	int nrows = PQntuples(rows);
	struct record *records = arena_alloc(arena, ((size_t)nrows + 1) * sizeof(*records));
	size_t n = 0;

	if (nrows == 0)
		return false;
	for (int row = 0; row < nrows; row++)
		if (db_cell(rows, row, "owner").at && read_record(app, arena, rows, row, &records[n]))
			n++;
	sql_jobs_reseal_store(u, .epoch = newest(app), .last = db_cell_uuid(rows, 0, "last"),
		.factors = DB_COLUMN(records, n, factor), .owners = DB_COLUMN(records, n, owner),
		.olds = DB_COLUMN(records, n, old), .wrapped = DB_COLUMN(records, n, wrapped),
		.boxes = DB_COLUMN(records, n, box));
	return true;
}

int64_t reseal_kept(PGresult *const *results)
{
	return db_cell_flag(results[0], 0, "more") ? RESEAL_PORTION : 0;
}
