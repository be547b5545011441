/* Looks how far uploads on their way are. */
#include "jobs/uploads.h"

#include <errno.h>

#include "base/clock.h"
#include "base/store.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"

enum {
	PORTION = 20000 /* each takes a share of the room: there are not many more */
};

struct seen {
	struct uuid id;
	int64_t arrived, moved_ms;
};

void uploads_find(struct app *app, struct db_unit *u)
{
	sql_jobs_uploads_on_their_way(u, .limit = app->store ? PORTION : 0);
}

/* False: the disk does not say. */
static bool look_at(const struct store *store, const PGresult *found, int row, struct seen *ret)
{
	*ret = (struct seen){.moved_ms = DB_NO_INT};
	ret->id = db_cell_uuid(found, row, "id");
	int error = store_look(store, &ret->id, STORE_RAW, &ret->arrived, &ret->moved_ms);
	return error == 0 || error == -ENOENT;
}

bool uploads_see(struct app *app, PGresult *const *found, struct db_unit *u)
{
	int most = PQntuples(found[0]);
	struct seen *all = arena_alloc(db_unit_arena(u), (size_t)(most + 1) * sizeof(*all));
	size_t n = 0;

	for (int i = 0; i < most; i++)
		n += look_at(app->store, found[0], i, &all[n]);
	if (n > 0)
		sql_jobs_uploads_seen(u, .ids = DB_COLUMN(all, n, id), .arrived = DB_COLUMN(all, n, arrived),
			.moved = DB_COLUMN(all, n, moved_ms), .now = clock_wall_ms());
	return n > 0;
}
