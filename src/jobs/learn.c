/* Confirmed routings -> counts of n-grams, and examples -> counts that are served with them. */
#include "jobs/learn.h"

#include "base/clock.h"
#include "civil/tally.h"
#include "civil/text.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"

/* One ticket: what it counts as from now on; absent category: it does not count any more. */
struct learned {
	struct uuid ticket;
	struct str category, department;
	int64_t witness;
};
/* One count that changes. */
struct change {
	struct str gram, category;
	int64_t witness, n;
};

/* The categories of one portion; their places are the classes of a tally. */
struct names {
	struct str *at;
	size_t n;
};

void learn_find(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_learn_next(u, .limit = LEARN_PORTION);
}

static int64_t place_of(struct names *names, struct str category)
{
	size_t i = 0;

	while (i < names->n && !str_eq(names->at[i], category))
		i++;
	if (i == names->n)
		names->at[names->n++] = category;
	return (int64_t)i;
}

static struct change *changes_of(
	struct arena *arena, struct tally *tally, const struct names *names, size_t *ret_n)
{
	const struct tally_row *rows = tally_rows(tally, ret_n);
	struct change *changes = arena_alloc(arena, (*ret_n + 1) * sizeof(*changes));

	for (size_t i = 0; i < *ret_n; i++)
		changes[i] =
			(struct change){rows[i].gram, names->at[rows[i].class], rows[i].witness, rows[i].n};
	return changes;
}

/* Counts the text of a ticket out of what it was, and into what it is. */
static struct learned learn(struct tally *tally, struct names *names, const PGresult *rows, int row)
{
	struct str folded = db_cell(rows, row, "folded"), was = db_cell(rows, row, "was_category");
	struct learned l = {.ticket = db_cell_uuid(rows, row, "ticket"),
		.category = db_cell(rows, row, "category"),
		.department = db_cell(rows, row, "department"),
		.witness = db_cell_int(rows, row, "witness")};

	if (was.at)
		tally_text(tally, folded, place_of(names, was), db_cell_int(rows, row, "was_witness"), -1);
	if (l.category.at)
		tally_text(tally, folded, place_of(names, l.category), l.witness, 1);
	return l;
}

bool learn_count(struct app *app, PGresult *const *found, struct db_unit *u)
{
	struct arena *arena = db_unit_arena(u);
	const PGresult *rows = found[0];
	int last = PQntuples(rows) - 1;
	struct learned *all = arena_alloc(arena, (size_t)(last + 2) * sizeof(*all));
	struct names names = {arena_alloc(arena, 2 * (size_t)(last + 2) * sizeof(*names.at)), 0};
	struct tally *tally = tally_new(arena);
	size_t n = 0, nchanges;

	(void)app;
	if (last < 0)
		return false;
	for (int i = 0; i <= last; i++)
		if (db_cell(rows, i, "ticket").at)
			all[n++] = learn(tally, &names, rows, i);
	const struct change *changes = changes_of(arena, tally, &names, &nchanges);
	sql_jobs_learn_store(u, .after_xid = db_cell(rows, 0, "after_xid"),
		.after_id = db_cell_uuid(rows, 0, "after_id"), .xid = db_cell(rows, last, "xid"),
		.id = db_cell_uuid(rows, last, "id"), .read = last + 1, .tickets = DB_COLUMN(all, n, ticket),
		.categories = DB_COLUMN(all, n, category), .departments = DB_COLUMN(all, n, department),
		.witnesses = DB_COLUMN(all, n, witness), .grams = DB_COLUMN(changes, nchanges, gram),
		.gram_categories = DB_COLUMN(changes, nchanges, category),
		.gram_witnesses = DB_COLUMN(changes, nchanges, witness),
		.counts = DB_COLUMN(changes, nchanges, n));
	return true;
}

int64_t learn_counted(PGresult *const *results)
{
	return db_cell_int(results[0], 0, "learned");
}

void learn_find_due(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_learn_due(u, .now = clock_wall_ms());
}

bool learn_publish(struct app *app, PGresult *const *found, struct db_unit *u)
{
	struct arena *arena = db_unit_arena(u);
	const PGresult *rows = found[0];
	int n = PQntuples(rows);
	struct names names = {arena_alloc(arena, ((size_t)n + 1) * sizeof(*names.at)), 0};
	struct tally *tally = tally_new(arena);
	size_t ngrams;

	(void)app;
	for (int i = 0; i < n; i++) {
		struct str text = text_clean(arena, db_cell(rows, i, "text"), TEXT_LINE);

		if (text.at)
			tally_text(tally, text_fold(arena, text),
				place_of(&names, db_cell(rows, i, "category")), 0, 1);
	}
	const struct change *grams = changes_of(arena, tally, &names, &ngrams);
	if (n > 0)
		sql_jobs_learn_publish(u, .grams = DB_COLUMN(grams, ngrams, gram),
			.categories = DB_COLUMN(grams, ngrams, category),
			.counts = DB_COLUMN(grams, ngrams, n), .now = clock_wall_ms(),
			.seen = db_cell(rows, 0, "seen"));
	return n > 0;
}
