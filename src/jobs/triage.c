/* Triage of new filings. Two units of work: the first reads the word lists and the next events of the feed,
 * the second stores what was found and moves the cursor on, if it still stands where the first read it. */
#include "jobs/triage.h"

#include "app/triage/lists.h"
#include "base/clock.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"
#include "gen/sql/triage.h"

enum {
	CHOSEN = 100 /* the score of a danger that the citizen himself speaks of */
};

struct suggestion {
	struct uuid ticket;
	struct str kind, words;
	int64_t score;
};

void triage_find(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_triage_words(u, .now = clock_wall_ms());
	sql_jobs_triage_next(u, .limit = TRIAGE_PORTION);
}

/* What is suggested for one filing; returns how many suggestions. */
static size_t match(
	const struct lists *lists, struct arena *arena, const PGresult *rows, int row, struct suggestion *ret)
{
	struct lists_score scores[LISTS_KINDS_MAX];
	size_t n = lists_score(lists, arena, db_cell(rows, row, "folded"), scores);
	bool emergency = str_eq(db_cell(rows, row, "kind"), STR("emergency"));
	struct uuid ticket = db_cell_uuid(rows, row, "ticket");
	size_t made = 0;

	if (emergency)
		ret[made++] = (struct suggestion){ticket, STR("danger"), STR(""), CHOSEN};
	for (size_t i = 0; i < n; i++)
		if (!emergency || !str_eq(scores[i].kind, STR("danger")))
			ret[made++] =
				(struct suggestion){ticket, scores[i].kind, scores[i].words, scores[i].score};
	return made;
}

bool triage_match(struct app *app, PGresult *const *found, struct db_unit *u)
{
	struct arena *arena = db_unit_arena(u);
	const struct lists *lists = lists_read(arena, found[0]);
	const PGresult *rows = found[1];
	int last = PQntuples(rows) - 1;
	struct suggestion *all =
		arena_alloc(arena, (size_t)(last + 2) * (LISTS_KINDS_MAX + 1) * sizeof(*all));
	size_t n = 0;

	(void)app;
	if (last < 0)
		return false;
	for (int i = 0; i <= last; i++)
		if (db_cell(rows, i, "ticket").at)
			n += match(lists, arena, rows, i, all + n);
	sql_jobs_triage_store(u, .after_xid = db_cell(rows, 0, "after_xid"),
		.after_id = db_cell_uuid(rows, 0, "after_id"), .xid = db_cell(rows, last, "xid"),
		.id = db_cell_uuid(rows, last, "id"), .read = last + 1, .tickets = DB_COLUMN(all, n, ticket),
		.kinds = DB_COLUMN(all, n, kind), .scores = DB_COLUMN(all, n, score),
		.words = DB_COLUMN(all, n, words), .now = clock_wall_ms());
	return true;
}

int64_t triage_matched(PGresult *const *results)
{
	return db_cell_int(results[0], 0, "stored");
}
