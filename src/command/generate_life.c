/* One generated ticket, from its filing to the present. */
#include "command/generate_life.h"

#include "base/must.h"
#include "command/generate_moves.h"
#include "command/generate_search.h"

static void (*const steps[STEPS])(struct life *l) = {
	[STEP_accept] = life_accept,
	[STEP_claim] = life_claim,
	[STEP_ask] = life_ask,
	[STEP_supply] = life_supply,
	[STEP_progress] = life_progress,
	[STEP_request_extension] = life_request_extension,
	[STEP_approve_extension] = life_approve_extension,
	[STEP_propose] = life_propose,
	[STEP_send_back] = life_send_back,
	[STEP_approve] = life_approve,
	[STEP_refuse] = life_refuse,
	[STEP_return] = life_return,
	[STEP_route] = life_route,
	[STEP_withdraw] = life_withdraw,
	[STEP_merge] = life_merge,
	[STEP_merged_in] = life_merged_in,
	[STEP_rate] = life_rate,
	[STEP_publication_propose] = life_publication_propose,
	[STEP_publication_publish] = life_publication_publish,
	[STEP_close] = life_close,
};

static void put_place(struct rows *rows, const struct life *l)
{
	if (l->has_point) {
		rows_float(rows, l->lon);
		rows_float(rows, l->lat);
	} else {
		rows_null(rows);
		rows_null(rows);
	}
}

static void put_standing(struct rows *rows, const struct life *l)
{
	static const int64_t second_us = 1000000;

	rows_int8(rows, l->version);
	rows_bool(rows, l->done);
	rows_bool(rows, l->anonymous);
	rows_at(rows, l->filed * second_us);
	rows_at(rows, l->updated * second_us);
	if (l->answered)
		rows_at(rows, l->answered * second_us);
	else
		rows_null(rows);
	rows_int8(rows, l->holder->id);
	if (l->person)
		rows_uuid(rows, l->person);
	else
		rows_null(rows);
	if (l->decision.policy)
		rows_int8(rows, l->decision.policy->id);
	else
		rows_null(rows);
	rows_int4(rows, l->returns);
}

static void put_ticket(const struct life *l)
{
	struct rows *rows = &l->out->table[TABLE_ticket];

	rows_begin(rows, 30);
	rows_uuid(rows, &l->id);
	rows_int8(rows, l->number);
	rows_bytes(rows, l->code);
	put_standing(rows, l);
	put_place(rows, l);
	rows_bytes(rows, l->state);
	rows_bytes(rows, l->kind);
	rows_bytes(rows, l->topic.category);
	rows_bytes(rows, l->area);
	rows_bytes(rows, l->decision.level);
	rows_bytes(rows, l->decision.visibility);
	rows_bytes(rows, l->decision.sight);
	rows_bytes(rows, l->outcome);
	rows_bytes(rows, l->topic.language);
	rows_bytes(rows, l->channel);
	rows_bytes(rows, l->title);
	rows_bytes(rows, l->text);
	rows_bytes(rows, l->folded);
	rows_bytes(rows, l->location);
	rows_json(rows, l->route);
}

static void put_rest(struct life *l)
{
	life_holding_write(l, 0, STR_NONE);
	life_clocks_write(l);
	life_parts_write(l);
	life_question_write(l);
	life_extension_write(l);
	life_replies_write(l);
	life_publication_write(l);
	life_tags_write(l);
	life_search_write(l);
}

/* Nobody has to be told that the time for a question is over. */
static void answer_in_time(struct life *l)
{
	const struct life_question *q = &l->question;
	int64_t at = q->until < l->g->to ? q->until : l->g->to;

	if (!q->asked || q->ended || l->done || q->until > l->g->now || at <= l->at)
		return;
	life_alarms_fire(l, at);
	l->at = at;
	life_supply(l);
}

void life_write(const struct generate *g, struct sheets *out, int64_t k)
{
	struct life l = {.g = g, .out = out, .arena = arena_new()};
	struct plan plan;

	must(l.arena);
	life_file(&l, k);
	plan = plan_make(&l, k);
	for (unsigned i = 0; i < plan.n && plan.step[i].at <= g->to; i++) {
		life_alarms_fire(&l, plan.step[i].at);
		l.at = plan.step[i].at;
		steps[plan.step[i].step](&l);
	}
	answer_in_time(&l);
	life_alarms_fire(&l, g->to);
	life_alarms_pass(&l);
	put_ticket(&l);
	put_rest(&l);
	must(!arena_failed(l.arena));
	arena_free(l.arena);
	out->tickets++;
}
