/* Candidates: rows -> what is compared, and the best of them. */
#include "app/alike/candidate.h"

#include <math.h>
#include <string.h>

#include "base/must.h"
#include "db/answer.h"

static double degrees(const PGresult *rows, int row, const char *column)
{
	int64_t e6 = db_cell_int(rows, row, column);

	return e6 == DB_NO_INT ? (double)NAN : (double)e6 / 1e6;
}

void candidate_read(struct arena *arena, const PGresult *rows, int row, struct alike *ret)
{
	*ret = (struct alike){.filed_s = db_cell_int(rows, row, "filed_s"),
		.area = db_cell(rows, row, "area"),
		.category = db_cell(rows, row, "category"),
		.family = db_cell(rows, row, "family"),
		.urgent = db_cell_flag(rows, row, "urgent"),
		.lon = degrees(rows, row, "lon_e6"),
		.lat = degrees(rows, row, "lat_e6"),
		.matters = (uint64_t)db_cell_int(rows, row, "matters")};
	place_read(db_cell(rows, row, "marks"), &ret->marks);
	must(minhash_read(db_cell_bytes(arena, rows, row, "signature"), &ret->signature));
}

static bool before(const struct candidate *a, const struct candidate *b)
{
	if (a->score.score != b->score.score)
		return a->score.score > b->score.score;
	return memcmp(&a->ticket, &b->ticket, sizeof(a->ticket)) < 0;
}

static void put(struct candidates *all, const struct candidate *c)
{
	unsigned i = all->n < CANDIDATES_BEST ? all->n++ : CANDIDATES_BEST;

	if (i == CANDIDATES_BEST && !before(c, &all->at[--i]))
		return;
	for (; i > 0 && before(c, &all->at[i - 1]); i--)
		all->at[i] = all->at[i - 1];
	all->at[i] = *c;
}

void candidates_best(struct arena *arena, const struct alike *mine, const PGresult *rows, int first,
	struct candidates *ret)
{
	ret->n = 0;
	for (int i = first; i < PQntuples(rows); i++) {
		struct candidate c = {.ticket = db_cell_uuid(rows, i, "ticket")};
		struct alike other;

		candidate_read(arena, rows, i, &other);
		alike_compare(mine, &other, &c.score);
		if (c.score.score >= ret->least)
			put(ret, &c);
	}
}
