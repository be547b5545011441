/* Triage: what the word lists suggest, to the citizen before filing and to the hub afterwards. */
#include "app/triage/triage.h"

#include "app/triage/lists.h"
#include "base/clock.h"
#include "civil/text.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/triage.h"
#include "http/reply.h"

static int64_t score_of(const struct lists_score *scores, size_t n, struct str kind)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(scores[i].kind, kind))
			return scores[i].score;
	return 0;
}

/* The paths of what was found or chosen, in their order: danger first. */
static void checked(struct req *req, PGresult *const *results)
{
	const struct triage_check *in = req->input;
	const PGresult *paths = answer_find(results, "path");
	const struct lists *lists = lists_read(req->arena, answer_find(results, "phrase"));
	struct str text = arena_printf(req->arena, "%.*s\n%.*s", STR_ARG(in->title), STR_ARG(in->text));
	struct lists_score scores[LISTS_KINDS_MAX];
	size_t n = lists_score(lists, req->arena, text_fold(req->arena, text), scores);
	struct buf out = {.arena = req->arena};

	buf_put(&out, STR("{\"paths\":["));
	for (int i = 0, shown = 0; i < PQntuples(paths); i++) {
		struct str path = db_cell(paths, i, "path"), file_as = db_cell(paths, i, "file_as");
		bool chosen = in->kind.at && str_eq(in->kind, file_as);
		bool found =
			score_of(scores, n, db_cell(paths, i, "kind")) >= db_cell_int(paths, i, "threshold");

		if (chosen || found)
			buf_printf(&out, "%s{\"chosen\":%s,%.*s", shown++ ? "," : "",
				chosen ? "true" : "false", (int)path.len - 1, path.at + 1);
	}
	buf_put(&out, STR("]}"));
	reply_json(req, 200, buf_str(&out));
}

void triage_check(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_triage_words(u, .now = clock_wall_ms());
	sql_triage_paths(u);
	db_run(u, checked);
}

void suggestion_list(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_triage_suggestions(u, .ticket = req->args[0].uuid);
	db_run(u, answer_object);
}
