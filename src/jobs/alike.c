/* The follower that makes duplicates findable, and the job that puts tickets about one event together. */
#include "jobs/alike.h"

#include <math.h>

#include "app/alike/candidate.h"
#include "base/clock.h"
#include "base/must.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"

struct filled {
	struct uuid ticket;
	int64_t cell, matters, names;
	struct str marks, signature;
};
struct key {
	struct uuid ticket;
	int64_t key;
};
/* Rows of a portion while they are made. */
struct filling {
	struct arena *arena;
	const struct alike_words *words;
	struct filled *rows;
	struct key *keys;
	size_t n, nkeys;
};

void alike_find(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_alike_next(u, .now = clock_wall_ms(), .limit = ALIKE_PORTION);
}

static int64_t cell_of(const PGresult *rows, int row)
{
	int64_t lon = db_cell_int(rows, row, "lon_e6"), lat = db_cell_int(rows, row, "lat_e6");

	return lon == DB_NO_INT ? 0 : alike_cell((double)lon / 1e6, (double)lat / 1e6, 0, 0);
}

static void fill(struct filling *f, const PGresult *rows, int row)
{
	const struct alike_source source = {db_cell(rows, row, "title"), db_cell(rows, row, "text"),
		db_cell(rows, row, "place"), db_cell(rows, row, "area_name")};
	char *signature = arena_alloc(f->arena, MINHASH_BYTES);
	int64_t keys[ALIKE_KEYS_MAX], names[PLACE_MARKS_MAX];
	struct uuid ticket = db_cell_uuid(rows, row, "ticket");
	struct alike a;

	alike_read(f->arena, f->words, &source, &a);
	minhash_write(&a.signature, signature);
	f->rows[f->n++] = (struct filled){ticket, cell_of(rows, row), (int64_t)a.matters,
		alike_names(names, alike_place_keys(&a, names)), place_write(f->arena, &a.marks),
		{signature, MINHASH_BYTES}};
	for (unsigned i = 0, n = alike_keys(&a, keys); i < n; i++)
		f->keys[f->nkeys++] = (struct key){ticket, keys[i]};
}

bool alike_fill(struct app *app, PGresult *const *found, struct db_unit *u)
{
	struct arena *arena = db_unit_arena(u);
	const PGresult *rows = found[0];
	int n = PQntuples(rows), last = n - 1;
	struct filling f = {.arena = arena,
		.words = alike_words(arena),
		.rows = arena_alloc(arena, ((size_t)n + 1) * sizeof(*f.rows)),
		.keys = arena_alloc(arena, ((size_t)n + 1) * ALIKE_KEYS_MAX * sizeof(*f.keys))};

	(void)app;
	if (n == 0)
		return false;
	for (int i = 0; i < n; i++)
		if (db_cell(rows, i, "ticket").at)
			fill(&f, rows, i);
	sql_jobs_alike_store(u, .after_xid = db_cell(rows, 0, "after_xid"),
		.after_id = db_cell_uuid(rows, 0, "after_id"), .xid = db_cell(rows, last, "xid"),
		.id = db_cell_uuid(rows, last, "id"), .read = n, .tickets = DB_COLUMN(f.rows, f.n, ticket),
		.cells = DB_COLUMN(f.rows, f.n, cell), .matters = DB_COLUMN(f.rows, f.n, matters),
		.marks = DB_COLUMN(f.rows, f.n, marks), .signatures = DB_COLUMN(f.rows, f.n, signature),
		.key_tickets = DB_COLUMN(f.keys, f.nkeys, ticket), .keys = DB_COLUMN(f.keys, f.nkeys, key),
		.now = clock_wall_ms(), .names = DB_COLUMN(f.rows, f.n, names));
	return true;
}

int64_t alike_filled(PGresult *const *results)
{
	return db_cell_int(results[0], 0, "stored");
}

/* --- events --------------------------------------------------------------------------------------------- */

struct match {
	struct uuid ticket, other;
};

void alike_find_waiting(struct app *app, struct db_unit *u)
{
	(void)app;
	sql_jobs_alike_waiting(u, .limit = ALIKE_GROUP_PORTION);
}

static bool is_before(const struct match *all, size_t n, struct uuid ticket)
{
	for (size_t i = 0; i < n; i++)
		if (uuid_eq(&all[i].ticket, &ticket))
			return true;
	return false;
}

/* The ticket of the first of these facts, and the best of the others: one that has its event, or gets it in
 * the same portion. */
static struct match match(struct str facts, const struct match *all, size_t n)
{
	struct candidate_fact mine, other;
	struct match m;
	int best = ALIKE_SAME - 1;

	must(candidate_next(&facts, &mine));
	m = (struct match){.ticket = mine.ticket};
	while (candidate_next(&facts, &other)) {
		struct alike_score score;

		if (!other.grouped && !is_before(all, n, other.ticket))
			continue;
		alike_compare(&mine.alike, &other.alike, &score);
		if (score.score > best) {
			best = score.score;
			m.other = other.ticket;
		}
	}
	return m;
}

bool alike_match(struct app *app, PGresult *const *found, struct db_unit *u)
{
	const PGresult *rows = found[0];
	struct match all[ALIKE_GROUP_PORTION] = {{.ticket = {{0}}}};
	size_t n = 0;

	(void)app;
	for (int row = 0; row < PQntuples(rows) && n < ALIKE_GROUP_PORTION; n++, row++)
		all[n] = match(db_cell_bytes(db_unit_arena(u), rows, row, "facts"), all, n);
	if (n == 0)
		return false;
	sql_jobs_alike_group(u, .tickets = DB_COLUMN(all, n, ticket), .matches = DB_COLUMN(all, n, other));
	return true;
}

int64_t alike_matched(PGresult *const *results)
{
	return db_cell_int(results[0], 0, "grouped");
}
