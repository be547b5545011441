/* What becomes of generated tickets, and when. */
#include "command/generate_plan.h"

#include <stdlib.h>

#include "base/must.h"
#include "civil/calendar.h"

enum {
	HOUR = 3600,
	DAY = 24 * HOUR,
	MINUTE = 60,
	NO_LIMIT_HOURS = 30, /* of working time, where there is no limit */
	TALE_STEPS = 8,
	MERGED_AFTER = 45 * MINUTE,
	RATED = 340, /* of a thousand answers */
	PUBLISHED = 40,
	SHOWN_AFTER = 2 * DAY /* beyond the days of those who may object */
};

/* `share` of a thousand tickets have this tale. Its last step is at `least` to `most` thousandths of the time
 * for the answer, each other one at its own thousandths of that. `extended` and `asked`: only where there can
 * be more time, or a question. */
static const struct tale {
	int share, least, most;
	bool extended, asked;
	struct {
		enum step step;
		int at;
	} step[TALE_STEPS];
	unsigned n;
} tales[] = {
	{520, 180, 960, false, false,
		{{STEP_accept, 60}, {STEP_claim, 250}, {STEP_propose, 850}, {STEP_approve, 1000}}, 4},
	{110, 1020, 2400, false, false,
		{{STEP_accept, 110}, {STEP_claim, 300}, {STEP_propose, 900}, {STEP_approve, 1000}}, 4},
	{60, 300, 980, false, false,
		{{STEP_accept, 50}, {STEP_claim, 150}, {STEP_progress, 500}, {STEP_propose, 900},
			{STEP_approve, 1000}},
		5},
	{60, 400, 1100, false, true,
		{{STEP_accept, 50}, {STEP_claim, 150}, {STEP_ask, 250}, {STEP_supply, 450},
			{STEP_propose, 900}, {STEP_approve, 1000}},
		6},
	{50, 1050, 1550, true, false,
		{{STEP_accept, 30}, {STEP_claim, 150}, {STEP_request_extension, 300},
			{STEP_approve_extension, 400}, {STEP_propose, 900}, {STEP_approve, 1000}},
		6},
	{70, 500, 1300, false, false,
		{{STEP_return, 50}, {STEP_route, 120}, {STEP_accept, 200}, {STEP_claim, 350},
			{STEP_propose, 900}, {STEP_approve, 1000}},
		6},
	{45, 500, 1200, false, false,
		{{STEP_accept, 50}, {STEP_claim, 200}, {STEP_propose, 600}, {STEP_send_back, 700},
			{STEP_propose, 900}, {STEP_approve, 1000}},
		6},
	{45, 30, 250, false, false, {{STEP_refuse, 1000}}, 1},
	{25, 30, 700, false, false, {{STEP_withdraw, 1000}}, 1},
	{13, 100, 900, false, false, {{STEP_accept, 300}, {STEP_withdraw, 1000}}, 2},
	/* Forgotten for months. */
	{2, 9000, 60000, false, false,
		{{STEP_accept, 10}, {STEP_claim, 20}, {STEP_propose, 980}, {STEP_approve, 1000}}, 4},
};

static const struct tale *pick(struct life *l)
{
	const struct policy *policy = l->decision.policy;
	int64_t ball = random_below(&l->random, 1000);
	size_t i = 0;

	while (ball >= tales[i].share)
		ball -= tales[i++].share;
	if (tales[i].extended &&
		!(policy && l->clock[CLOCK_ANSWER].runs && book_extensible(l->g->book, policy->id)))
		return &tales[0];
	if (tales[i].asked && !(policy && policy->questions > 0 && limit_is(&policy->question)))
		return &tales[0];
	/* The hub does not return what it has. */
	if (tales[i].step[0].step == STEP_return && str_eq(l->holder->code, l->g->city->hub))
		return &tales[0];
	return &tales[i];
}

static void add(struct plan *plan, enum step step, int64_t at)
{
	must(plan->n < PLAN_STEPS);
	plan->step[plan->n].step = step;
	plan->step[plan->n++].at = at;
}

static int64_t late_evening(struct life *l, int64_t days)
{
	return random_from(&l->random, HOUR, days * DAY);
}

/* Behind the answer. */
static void add_after(struct life *l, struct plan *plan, int64_t answered)
{
	const struct book *book = l->g->book;
	int64_t at;

	if (random_permille(&l->random, RATED))
		add(plan, STEP_rate, answered + late_evening(l, 9));
	if (str_eq(l->decision.sight, STR("public")) && random_permille(&l->random, PUBLISHED)) {
		at = answered + random_from(&l->random, HOUR, 3 * DAY);
		add(plan, STEP_publication_propose, at);
		add(plan, STEP_publication_publish,
			at + book->preview_days * DAY + random_from(&l->random, HOUR, SHOWN_AFTER));
	}
	if (answered < book->closed)
		add(plan, STEP_close, answered + (l->g->to - book->closed) - random_below(&l->random, HOUR));
}

/* In working time: from the filing on. */
static void add_tale(struct life *l, struct plan *plan)
{
	const struct tale *tale = pick(l);
	const struct calendar *calendar = l->holder->calendar;
	const struct life_clock *answer = &l->clock[CLOCK_ANSWER];
	int64_t from = calendar_coordinate(calendar, l->filed), last = l->filed;
	int64_t time =
		answer->runs ? calendar_coordinate(calendar, answer->due) - from : NO_LIMIT_HOURS * HOUR;
	int64_t share = random_from(&l->random, tale->least, tale->most);

	time = time < HOUR ? HOUR : time;
	for (unsigned i = 0; i < tale->n; i++) {
		int64_t in = time * share / 1000 * tale->step[i].at / 1000;
		int64_t at = calendar_at(calendar, from + in) + random_below(&l->random, MINUTE);

		last = at > last ? at : last + MINUTE;
		add(plan, tale->step[i].step, last);
	}
	if (tale->step[tale->n - 1].step == STEP_approve)
		add_after(l, plan, last);
}

/* What another ticket is merged into is worked on afterwards. */
static void make_room(struct plan *plan, int64_t merged)
{
	int64_t shift = 0;

	for (unsigned i = 0; i < plan->n; i++) {
		if (plan->step[i].at + shift < merged + (i + 1) * MINUTE)
			shift = merged + (i + 1) * MINUTE - plan->step[i].at;
		plan->step[i].at += shift;
	}
}

static int by_time(const void *a, const void *b)
{
	int64_t x = ((const struct plan_step *)a)->at, y = ((const struct plan_step *)b)->at;

	return x < y ? -1 : x > y;
}

struct plan plan_make(struct life *l, int64_t k)
{
	struct plan plan = {.n = 0};
	struct life_seed seed = life_seed(l->g, k);

	if (seed.merged) {
		l->other = life_seed(l->g, k - 1).id;
		if (l->filed + MERGED_AFTER <= l->g->to) {
			add(&plan, STEP_merge, l->filed + MERGED_AFTER);
			return plan;
		}
	}
	add_tale(l, &plan);
	if (seed.is_root) {
		struct life_seed next = life_seed(l->g, k + 1);

		l->other = next.id;
		make_room(&plan, next.filed + MERGED_AFTER);
		add(&plan, STEP_merged_in, next.filed + MERGED_AFTER);
	}
	qsort(plan.step, plan.n, sizeof(plan.step[0]), by_time);
	return plan;
}
