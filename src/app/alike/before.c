/* Tickets that somebody who is about to file can join instead. Two units of work, as in duplicates.c; what is
 * asked for takes the place of the request's input in between. */
#include "app/alike/alike.h"

#include <math.h>

#include "app/alike/candidate.h"
#include "base/clock.h"
#include "civil/city.h"
#include "civil/personal.h"
#include "civil/text.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/alike.h"
#include "gen/sql/publication.h"
#include "http/reply.h"

enum {
	SHOWN = 5
};

/* What is compared of it, the least score that counts, and the published answers (JSON) of suggestions. */
struct asked {
	struct alike mine;
	int least;
	struct str answers;
};

/* A candidate and what is to be said of it, for the second unit: the database hands it back. */
struct told {
	struct uuid ticket;
	struct str same;
};

/* As its follower would read it (jobs/alike.h), but for the name of the ward, and of the text only where that
 * is: of others nothing else is compared. */
static struct asked *read_new(struct req *req, const struct alike_source *source, const struct alike *given)
{
	struct asked *asked = arena_alloc(req->arena, sizeof(*asked));
	int64_t now_ms = clock_wall_ms();
	const struct category *c = city_category(
		req->app->city, given->category, calendar_local_day(req->app->city->calendar, now_ms / 1000));

	*asked = (struct asked){.mine = *given};
	asked->mine.filed_s = now_ms / 1000;
	asked->mine.family = c && c->parent.at ? c->parent : given->category;
	alike_read_place(req->arena, source, &asked->mine);
	return asked;
}

static void look(struct req *req, struct db_unit *u, const struct asked *asked)
{
	const struct alike *mine = &asked->mine;
	int64_t keys[PLACE_MARKS_MAX];
	unsigned n = alike_place_keys(mine, keys);

	req->input = asked;
	sql_alike_look_public(u, .at = clock_wall_ms(), .area = mine->area, .category = mine->category,
		.family = mine->family,
		.cell = isnan(mine->lon) ? DB_NO_INT : alike_cell(mine->lon, mine->lat, 0, 0),
		.keys = {keys, n}, .names = alike_names(keys, n));
}

static void queue_joinable(struct req *req, PGresult *const *results, struct db_unit *u)
{
	const struct asked *asked = req->input;
	struct told *told = arena_alloc(req->arena, (CANDIDATES_BEST + 1) * sizeof(*told));
	struct candidates best = {.least = asked->least};

	candidates_best(
		&asked->mine, db_cell_bytes(req->arena, answer_find(results, "facts"), 0, "facts"), &best);
	for (unsigned i = 0; i < best.n; i++)
		told[i] = (struct told){
			best.at[i].ticket, alike_same(&best.at[i].score) ? STR("true") : STR("false")};
	sql_alike_joinable(u, .tickets = DB_COLUMN(told, best.n, ticket),
		.details = DB_COLUMN(told, best.n, same), .lon = asked->mine.lon, .lat = asked->mine.lat,
		.limit = SHOWN);
}

/* The title of a ticket that nobody has made ready for the public, without what looks like personal data. The
 * names in its contact are sealed, so what may be a name counts as one. */
static struct str safe_title(struct arena *arena, struct str title)
{
	struct personal_findings findings;

	return personal_find_guessed(arena, title, STR_NONE, &findings)
		       ? personal_mask(arena, title, &findings)
		       : STR_NONE;
}

/* Neither score nor reasons: whoever asks again and again would learn from them what others wrote. */
static void put_joinable(struct buf *out, const PGresult *rows, bool same)
{
	for (int i = 0; i < PQntuples(rows); i++) {
		struct str item = db_cell(rows, i, "item");

		buf_put(out, i ? STR(",{\"title\":") : STR("{\"title\":"));
		buf_json(out, safe_title(out->arena, db_cell(rows, i, "title")));
		if (same)
			buf_printf(out, ",\"same\":%.*s", STR_ARG(db_cell(rows, i, "detail")));
		buf_printf(out, ",%.*s", (int)item.len - 1, item.at + 1);
	}
}

/* --- POST /v1/public/duplicates ------------------------------------------------------------------------- */

static void joinable(struct req *req, PGresult *const *results)
{
	struct buf out = {.arena = req->arena};

	buf_put(&out, STR("{\"items\":["));
	put_joinable(&out, answer_find(results, "item"), true);
	buf_put(&out, STR("]}"));
	reply_json(req, 200, buf_str(&out));
}

static void looked(struct req *req, PGresult *const *results)
{
	struct db_unit *u = db_unit(req);

	queue_joinable(req, results, u);
	db_run(u, joinable);
}

void duplicate_check(struct req *req)
{
	const struct duplicate_check *in = req->input;

	if (!req->app->city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	struct asked *asked =
		read_new(req, &(struct alike_source){in->title, in->text, in->location_text, STR_NONE},
			&(struct alike){.area = in->area,
				.category = in->category,
				.lon = in->point ? in->point->lon : (double)NAN,
				.lat = in->point ? in->point->lat : (double)NAN});
	asked->least = CANDIDATES_LEAST;
	struct db_unit *u = db_unit(req);
	look(req, u, asked);
	db_run(u, looked);
}

/* --- GET /v1/public/suggestions ------------------------------------------------------------------------- */

static void suggested(struct req *req, PGresult *const *results)
{
	const struct asked *asked = req->input;
	struct buf out = {.arena = req->arena};

	buf_printf(&out, "{\"answers\":[%.*s],\"open\":[", STR_ARG(asked->answers));
	put_joinable(&out, answer_find(results, "item"), false);
	buf_put(&out, STR("]}"));
	reply_json(req, 200, buf_str(&out));
}

static void answered(struct req *req, PGresult *const *results)
{
	const PGresult *rows = answer_find(results, "answer");
	struct asked *asked = arena_alloc(req->arena, sizeof(*asked));
	struct buf out = {.arena = req->arena};

	for (int i = 0; i < PQntuples(rows); i++) {
		if (i)
			buf_byte(&out, ',');
		buf_put(&out, db_cell(rows, i, "answer"));
	}
	*asked = *(const struct asked *)req->input;
	asked->answers = buf_str(&out);
	req->input = asked;
	struct db_unit *u = db_unit(req);
	queue_joinable(req, results, u);
	db_run(u, suggested);
}

void published_suggest(struct req *req)
{
	const struct published_suggest *in = req->input;

	if (!isnan(in->lon) != !isnan(in->lat))
		req_fault(req, "parameter", isnan(in->lon) ? STR("lon") : STR("lat"), FAULT_required);
	if (reply_faults(req))
		return;
	if (!req->app->city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	struct str folded = text_fold(req->arena, in->text);
	struct asked *asked = read_new(req, &(struct alike_source){.title = in->text},
		&(struct alike){.area = in->area, .category = in->category, .lon = in->lon, .lat = in->lat});
	asked->least = CANDIDATES_NEAR;
	struct db_unit *u = db_unit(req);
	sql_publication_bound(u);
	sql_publication_published_similar(
		u, .title = folded.len > 0 ? folded : STR_NONE, .category = in->category, .limit = SHOWN);
	look(req, u, asked);
	db_run(u, answered);
}
