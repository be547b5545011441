/* The follower that makes tickets findable by their words. */
#include "jobs/search.h"

#include "civil/search.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"

struct filled {
	struct uuid ticket;
	struct str words;
};

void search_follow(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_search_next(u, .limit = SEARCH_PORTION);
}

bool search_fill(struct app *app, PGresult *const *found, struct db_unit *u)
{
	struct arena *arena = db_unit_arena(u);
	const PGresult *rows = found[0];
	int n = PQntuples(rows), last = n - 1;
	struct filled *all = arena_alloc(arena, ((size_t)n + 1) * sizeof(*all));
	size_t filled = 0;

	(void)app;
	if (n == 0)
		return false;
	for (int i = 0; i < n; i++) {
		const struct search_source source = {db_cell(rows, i, "title"), db_cell(rows, i, "place"),
			db_cell(rows, i, "text"), db_cell(rows, i, "said")};

		if (source.title.at)
			all[filled++] = (struct filled){
				db_cell_uuid(rows, i, "ticket"), search_words(arena, &source)};
	}
	sql_jobs_search_store(u, .after_xid = db_cell(rows, 0, "after_xid"),
		.after_id = db_cell_uuid(rows, 0, "after_id"), .xid = db_cell(rows, last, "xid"),
		.id = db_cell_uuid(rows, last, "id"), .read = n, .tickets = DB_COLUMN(all, filled, ticket),
		.words = DB_COLUMN(all, filled, words));
	return true;
}

int64_t search_filled(PGresult *const *results)
{
	return db_cell_int(results[0], 0, "stored");
}
