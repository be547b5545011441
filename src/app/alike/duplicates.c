/* Likely duplicates of a ticket, for staff. Two units of work: the first finds candidates, which only the
 * server can score; the second shows the best of those that may be seen. */
#include "app/alike/alike.h"

#include <inttypes.h>

#include "app/alike/candidate.h"
#include "db/answer.h"
#include "gen/sql/alike.h"
#include "http/reply.h"

enum {
	SHOWN = 5
};

/* A candidate and its place among the best, for the second unit: the database hands the place back, and only
 * what is shown is explained. */
struct told {
	struct uuid ticket;
	struct str place;
};

static void put_reasons(struct buf *out, unsigned reasons)
{
	const char *code;
	bool first = true;

	buf_put(out, STR(",\"reasons\":["));
	for (unsigned bit = 0; (code = alike_reason_code(bit)); bit++)
		if (reasons >> bit & 1) {
			buf_printf(out, "%s\"%s\"", first ? "" : ",", code);
			first = false;
		}
	buf_byte(out, ']');
}

/* The members of a duplicate but for the ticket itself. */
static void put_explained(struct buf *out, const struct alike_score *s)
{
	buf_printf(out, ",\"score\":%d,\"same\":%s", s->score, alike_same(s) ? "true" : "false");
	buf_printf(out, ",\"parts\":{\"place\":%d,\"time\":%d,\"matter\":%d,\"text\":%d}", s->place, s->time,
		s->matter, s->text);
	put_reasons(out, s->reasons);
	buf_member(out, "name", s->name);
	if (s->metres >= 0)
		buf_printf(out, ",\"metres\":%" PRId64, s->metres);
	else
		buf_put(out, STR(",\"metres\":null"));
	buf_printf(out, ",\"minutes\":%" PRId64, s->minutes);
}

static void shown(struct req *req, PGresult *const *results)
{
	const struct candidates *best = req->input; /* see found() */
	const PGresult *rows = answer_find(results, "item");
	struct buf out = {.arena = req->arena};

	buf_put(&out, STR("{\"items\":["));
	for (int i = 0; i < PQntuples(rows); i++) {
		const struct candidate *c = &best->at[db_cell_int(rows, i, "detail")];

		buf_printf(&out, "%s{\"ticket\":%.*s,\"merged\":%s", i ? "," : "",
			STR_ARG(db_cell(rows, i, "item")),
			db_cell_flag(rows, i, "merged") ? "true" : "false");
		put_explained(&out, &c->score);
		buf_byte(&out, '}');
	}
	buf_put(&out, STR("]}"));
	reply_json(req, 200, buf_str(&out));
}

/* What was found takes the place of the request's input, which this operation has none of. */
static void found(struct req *req, PGresult *const *results)
{
	struct str facts = db_cell_bytes(req->arena, answer_find(results, "facts"), 0, "facts");
	struct candidates *best = arena_alloc(req->arena, sizeof(*best));
	struct told *told = arena_alloc(req->arena, (CANDIDATES_BEST + 1) * sizeof(*told));
	struct candidate_fact mine;

	best->n = 0;
	best->least = CANDIDATES_LEAST;
	if (candidate_next(&facts, &mine))
		candidates_best(&mine.alike, facts, best);
	for (unsigned i = 0; i < best->n; i++)
		told[i] = (struct told){best->at[i].ticket, arena_printf(req->arena, "%u", i)};
	req->input = best;
	struct db_unit *u = db_unit(req);
	sql_alike_shown(u, .ticket = req->args[0].uuid, .tickets = DB_COLUMN(told, best->n, ticket),
		.details = DB_COLUMN(told, best->n, place), .limit = SHOWN);
	db_run(u, shown);
}

void duplicate_list(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_alike_look(u, .ticket = req->args[0].uuid);
	db_run(u, found);
}
