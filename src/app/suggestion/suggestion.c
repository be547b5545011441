/* What a text sounds like: answers made of the model in memory. */
#include "app/suggestion/suggestion.h"

#include "app/suggestion/rank.h"
#include "base/clock.h"
#include "civil/classify.h"
#include "civil/text.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/suggestion.h"
#include "http/reply.h"

static void put_words(
	struct buf *out, const struct suggestions *s, const struct ranking *ranking, unsigned class)
{
	struct classify_word words[SUGGESTION_WORDS];
	size_t n = classify_explain(s->classify, &ranking->text, class, words, SUGGESTION_WORDS);

	buf_put(out, STR("\"words\":["));
	for (size_t i = 0; i < n && words[i].weight > 0; i++) {
		buf_put(out, i ? STR(",{\"words\":") : STR("{\"words\":"));
		buf_json(out, words[i].gram);
		buf_printf(out, ",\"weight\":%.2f}", (double)words[i].weight / 1024);
	}
	buf_byte(out, ']');
}

static void put_suggested(struct buf *out, const struct suggestions *s, const struct ranking *ranking,
	const struct suggested *at, bool first)
{
	buf_put(out, first ? STR("{\"code\":") : STR(",{\"code\":"));
	buf_json(out, at->code);
	if (at->name) {
		buf_member(out, "name_vi", at->name[0]);
		buf_member(out, "name_en", at->name[1]);
		buf_member(out, "category", s->categories[at->class]);
	}
	buf_printf(out, ",\"score\":%.3f,", (double)at->share / 1000);
	put_words(out, s, ranking, at->class);
	buf_byte(out, '}');
}

static void answer(struct req *req, const struct ask *ask)
{
	const struct suggestions *s = req->app->suggestions;
	struct buf out = {.arena = req->arena};
	struct ranking *ranking = arena_alloc(req->arena, sizeof(*ranking));

	if (!req->app->city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	if (s)
		rank(s, req->app->city, req->arena, ask, ranking);
	buf_printf(&out, "{\"version\":%lld,\"categories\":[", s ? (long long)s->version : 0LL);
	for (size_t i = 0; i < ranking->ncategories; i++)
		put_suggested(&out, s, ranking, &ranking->categories[i], i == 0);
	buf_put(&out, STR("],\"departments\":["));
	for (size_t i = 0; i < ranking->ndepartments; i++)
		put_suggested(&out, s, ranking, &ranking->departments[i], i == 0);
	buf_put(&out, STR("]}"));
	reply_json(req, 200, buf_str(&out));
}

/* POST /v1/routing/suggestions - before filing; nothing is stored. */
void routing_suggest(struct req *req)
{
	const struct routing_suggest *in = req->input;
	struct str text = arena_printf(req->arena, "%.*s\n%.*s\n%.*s", STR_ARG(in->title), STR_ARG(in->text),
		STR_ARG(in->location_text));

	answer(req, &(struct ask){.folded = text_fold(req->arena, text),
			    .kind = in->kind.at ? in->kind : STR("feedback"),
			    .area = in->area,
			    .now_ms = clock_wall_ms()});
}

static void of_ticket(struct req *req, PGresult *const *results)
{
	const PGresult *row = answer_find(results, "folded");

	answer(req, &(struct ask){.folded = db_cell(row, 0, "folded"),
			    .kind = db_cell(row, 0, "kind"),
			    .area = db_cell(row, 0, "area"),
			    .now_ms = clock_wall_ms()});
}

/* GET /v1/tickets/{id}/routing-suggestions - for those who route it. */
void routing_suggestion_list(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_suggestion_ticket(u, .ticket = req->args[0].uuid);
	db_run(u, of_ticket);
}
