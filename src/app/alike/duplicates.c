/* Likely duplicates of a ticket, for staff, and of what somebody is about to file. Two units of work: the
 * first finds candidates, which only the server can score; the second shows the best of those that may be
 * seen. */
#include "app/alike/alike.h"

#include <inttypes.h>
#include <math.h>

#include "app/alike/candidate.h"
#include "base/clock.h"
#include "civil/city.h"
#include "civil/personal.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/alike.h"
#include "http/reply.h"

enum {
	SHOWN = 5,
	MS_A_DAY = 86400000
};

/* A candidate and what is to be said of it, for the second unit: the database hands it back. */
struct told {
	struct uuid ticket;
	struct str detail;
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
static struct str explained(struct arena *arena, const struct alike_score *s)
{
	struct buf out = {.arena = arena};

	buf_printf(&out, ",\"score\":%d,\"same\":%s", s->score, alike_same(s) ? "true" : "false");
	buf_printf(&out, ",\"parts\":{\"place\":%d,\"time\":%d,\"matter\":%d,\"text\":%d}", s->place, s->time,
		s->matter, s->text);
	put_reasons(&out, s->reasons);
	buf_member(&out, "name", s->name);
	if (s->metres >= 0)
		buf_printf(&out, ",\"metres\":%" PRId64, s->metres);
	else
		buf_put(&out, STR(",\"metres\":null"));
	buf_printf(&out, ",\"minutes\":%" PRId64, s->minutes);
	return buf_str(&out);
}

static void shown(struct req *req, PGresult *const *results)
{
	const PGresult *rows = answer_find(results, "item");
	struct buf out = {.arena = req->arena};

	buf_put(&out, STR("{\"items\":["));
	for (int i = 0; i < PQntuples(rows); i++)
		buf_printf(&out, "%s{\"ticket\":%.*s,\"merged\":%s%.*s}", i ? "," : "",
			STR_ARG(db_cell(rows, i, "item")), db_cell_flag(rows, i, "merged") ? "true" : "false",
			STR_ARG(db_cell(rows, i, "detail")));
	buf_put(&out, STR("]}"));
	reply_json(req, 200, buf_str(&out));
}

static void found(struct req *req, PGresult *const *results)
{
	const PGresult *rows = answer_find(results, "signature");
	struct candidates best = {.n = 0};
	struct told *told = arena_alloc(req->arena, (CANDIDATES_BEST + 1) * sizeof(*told));
	struct alike mine;

	if (PQntuples(rows) > 0) {
		candidate_read(req->arena, rows, 0, &mine);
		candidates_best(req->arena, &mine, rows, 1, &best);
	}
	for (unsigned i = 0; i < best.n; i++)
		told[i] = (struct told){best.at[i].ticket, explained(req->arena, &best.at[i].score)};
	struct db_unit *u = db_unit(req);
	sql_alike_shown(u, .ticket = req->args[0].uuid, .tickets = DB_COLUMN(told, best.n, ticket),
		.details = DB_COLUMN(told, best.n, detail), .limit = SHOWN);
	db_run(u, shown);
}

void duplicate_list(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_alike_look(u, .ticket = req->args[0].uuid);
	db_run(u, found);
}

/* --- before filing -------------------------------------------------------------------------------------- */

/* The title of a ticket that nobody has made ready for the public. */
static struct str safe_title(struct arena *arena, struct str title)
{
	struct personal_findings findings;

	return personal_find(arena, title, &findings) ? personal_mask(arena, title, &findings) : STR_NONE;
}

/* Neither score nor reasons: whoever asks again and again would learn from them what others wrote. */
static void joinable(struct req *req, PGresult *const *results)
{
	const PGresult *rows = answer_find(results, "item");
	struct buf out = {.arena = req->arena};

	buf_put(&out, STR("{\"items\":["));
	for (int i = 0; i < PQntuples(rows); i++) {
		struct str item = db_cell(rows, i, "item"), title = db_cell(rows, i, "title");

		buf_put(&out, i ? STR(",{\"title\":") : STR("{\"title\":"));
		buf_json(&out, safe_title(req->arena, title));
		buf_printf(&out, ",\"same\":%.*s,%.*s", STR_ARG(db_cell(rows, i, "detail")),
			(int)item.len - 1, item.at + 1);
	}
	buf_put(&out, STR("]}"));
	reply_json(req, 200, buf_str(&out));
}

/* What is about to be filed, and what is compared of it: read once, it takes the place of the request's input
 * for the second unit. */
struct asked {
	double lon, lat;
	struct alike mine;
};

/* As its follower would read it (jobs/alike.h), but for the name of the ward, and of the text only where that
 * is: of others nothing else is compared. */
static struct asked *read_new(struct req *req, const struct duplicate_check *in)
{
	int64_t now_ms = clock_wall_ms();
	const struct category *c = city_category(req->app->city, in->category, (int32_t)(now_ms / MS_A_DAY));
	const struct alike_source source = {in->title, in->text, in->location_text, STR_NONE};
	struct asked *asked = arena_alloc(req->arena, sizeof(*asked));

	*asked = (struct asked){.lon = in->point ? in->point->lon : (double)NAN,
		.lat = in->point ? in->point->lat : (double)NAN};
	asked->mine = (struct alike){.filed_s = now_ms / 1000,
		.area = in->area,
		.category = in->category,
		.family = c && c->parent.at ? c->parent : in->category,
		.lon = asked->lon,
		.lat = asked->lat};
	alike_read_place(req->arena, &source, &asked->mine);
	return asked;
}

static void looked(struct req *req, PGresult *const *results)
{
	const struct asked *asked = req->input;
	struct told *told = arena_alloc(req->arena, (CANDIDATES_BEST + 1) * sizeof(*told));
	struct candidates best;

	candidates_best(req->arena, &asked->mine, answer_find(results, "signature"), 0, &best);
	for (unsigned i = 0; i < best.n; i++)
		told[i] = (struct told){
			best.at[i].ticket, alike_same(&best.at[i].score) ? STR("true") : STR("false")};
	struct db_unit *u = db_unit(req);
	sql_alike_joinable(u, .tickets = DB_COLUMN(told, best.n, ticket),
		.details = DB_COLUMN(told, best.n, detail), .lon = asked->lon, .lat = asked->lat,
		.limit = SHOWN);
	db_run(u, joinable);
}

void duplicate_check(struct req *req)
{
	int64_t keys[PLACE_MARKS_MAX];

	if (!req->app->city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	const struct asked *asked = read_new(req, req->input);
	const struct alike *mine = &asked->mine;

	req->input = asked;
	struct db_unit *u = db_unit(req);
	sql_alike_look_public(u, .at = mine->filed_s * 1000, .area = mine->area, .category = mine->category,
		.family = mine->family,
		.cell = isnan(mine->lon) ? DB_NO_INT : alike_cell(mine->lon, mine->lat, 0, 0),
		.keys = {keys, alike_place_keys(mine, keys)});
	db_run(u, looked);
}
