/* What happens to generated tickets: one function a step. */
#include "command/generate_moves.h"

#include "base/must.h"

static const int64_t second_us = 1000000;

/* --- what all moves share ------------------------------------------------------------------------------- */

struct event life_event(struct life *l, enum book_action action)
{
	const struct book_act *act = &l->g->book->act[action];

	return (struct event){.id = random_uuid(&l->random, l->at * 1000),
		.at = l->at,
		.type = act->event,
		.actor_kind = "staff",
		.department = l->holder->id,
		.public_vi = act->public_vi,
		.public_en = act->public_en};
}

const struct uuid *life_officer(const struct life *l)
{
	return &l->staff->officer[l->number % l->staff->nofficers];
}

struct str life_words(struct life *l, const char *part)
{
	return phrases_part(l->g->words, l->arena, &l->random, &l->topic, part);
}

void life_holding_write(const struct life *l, int64_t until, struct str ended_by)
{
	struct rows *rows = &l->out->table[TABLE_holding];

	rows_begin(rows, 5);
	rows_uuid(rows, &l->id);
	rows_int8(rows, l->holder->id);
	rows_at(rows, l->held_since * second_us);
	if (until)
		rows_at(rows, until * second_us);
	else
		rows_null(rows);
	rows_bytes(rows, ended_by);
}

static void pass_to(struct life *l, const struct department *holder, struct str ended_by)
{
	life_holding_write(l, l->at, ended_by);
	l->extension.lapsed = l->extension.asked && !l->extension.decided;
	l->held_since = l->at;
	l->holder = holder;
	l->staff = book_staff(l->g->book, holder->id);
}

/* The state, the clocks and the event of a move, as ticket_change(). */
void life_change(struct life *l, enum book_action action, struct event *e)
{
	const struct book_state *to = book_move(l->g->book, action, l->state);

	must(to);
	e->from_state = l->state;
	life_clocks_move(l, action, l->at);
	l->state = to->to;
	l->done = to->done;
	if (l->done && !l->done_at)
		l->done_at = l->at;
	if (l->g->book->act[action].on[CLOCK_ANSWER][0].effect == BOOK_STOP)
		l->answered = l->at;
	l->version++;
	e->to_state = l->state;
	e->department = l->holder->id;
	event_put(l, e, true);
}

void life_move(struct life *l, enum book_action action, const struct uuid *actor)
{
	struct event e = life_event(l, action);

	e.actor = actor;
	if (l->person)
		event_uuid(l, &e, "person", l->person);
	life_change(l, action, &e);
}

/* --- parts that rules ask for --------------------------------------------------------------------------- */

static int64_t part_due(const struct life *l, const struct department *d)
{
	const struct policy *policy = l->decision.policy;
	struct limit limit = {DEADLINE_WORKING_DAYS, l->g->city->parts_days};
	int64_t due;

	if (policy && limit_is(&policy->limit[CLOCK_STEP]))
		limit = policy->limit[CLOCK_STEP];
	const struct deadline_question question = {
		.start = l->at, .terms = {.unit = limit.unit, .amount = limit.amount}};
	must(deadline_compute(d->calendar, &question, NULL, &due) == 0);
	if (l->clock[CLOCK_ANSWER].runs && l->clock[CLOCK_ANSWER].due > l->at &&
		l->clock[CLOCK_ANSWER].due < due)
		due = l->clock[CLOCK_ANSWER].due;
	return due;
}

static void ask_part(struct life *l, const struct department *d, const struct uuid *actor)
{
	struct event e = life_event(l, ACTION_ask_part);
	struct life_part *part = &l->part[l->nparts++];

	*part = (struct life_part){.id = random_uuid(&l->random, l->at * 1000),
		.department = d,
		.asked = l->at,
		.due = part_due(l, d),
		.asked_from = l->holder->id,
		.by = *actor};
	life_part_begin(l, part);
	e.later = true;
	e.actor = actor;
	e.department = d->id;
	event_uuid(l, &e, "part", &part->id);
	event_instant(l, &e, "due", part->due);
	event_number(l, &e, "rule_set", l->decision.set);
	event_json(&e, "rules", l->part_rules);
	event_says(&e, "part", event_key(l, &part->id),
		event_texts(l->arena, (struct str[]){l->g->book->task, STR_NONE}, 2));
	event_put(l, &e, true);
}

void life_parts_write(struct life *l)
{
	struct rows *rows = &l->out->table[TABLE_part];

	for (unsigned i = 0; i < l->nparts; i++) {
		const struct life_part *part = &l->part[i];

		rows_begin(rows, 13);
		rows_uuid(rows, &part->id);
		rows_uuid(rows, &l->id);
		rows_int8(rows, part->department->id);
		rows_at(rows, part->asked * second_us);
		rows_uuid(rows, &part->by);
		rows_int8(rows, part->asked_from);
		rows_bytes(rows, l->g->book->task);
		rows_at(rows, part->due * second_us);
		rows_int8(rows, l->done ? 2 : 1);
		rows_bytes(rows, l->done ? STR("cancelled") : STR("asked"));
		if (l->done)
			rows_at(rows, l->done_at * second_us);
		else
			rows_null(rows);
		rows_at(rows, part->alarm == CLOCK_NEVER ? INT64_MAX : part->alarm * second_us);
		rows_int4(rows, part->level);
	}
}

/* --- steps ---------------------------------------------------------------------------------------------- */

void life_accept(struct life *l)
{
	const struct decision *d = &l->decision;

	life_move(l, ACTION_accept, life_officer(l));
	for (unsigned i = 0; i < d->nwith && l->g->book->task.at; i++)
		if (d->with[i] != l->holder)
			ask_part(l, d->with[i], life_officer(l));
}

void life_claim(struct life *l)
{
	l->person = life_officer(l);
	life_move(l, ACTION_claim, l->person);
}

void life_refuse(struct life *l)
{
	const struct book *book = l->g->book;
	const struct book_reason *reason = &book->reasons[random_below(&l->random, book->nreasons)];
	struct event e = life_event(l, ACTION_refuse);

	e.actor = &l->staff->head;
	e.public_vi = arena_printf(l->arena, "%.*s: %.*s", STR_ARG(e.public_vi), STR_ARG(reason->told_vi));
	e.public_en = arena_printf(l->arena, "%.*s: %.*s", STR_ARG(e.public_en), STR_ARG(reason->told_en));
	event_text(l, &e, "reason_code", reason->code);
	life_change(l, ACTION_refuse, &e);
}

static void hand_over(
	struct life *l, enum book_action action, const struct department *to, const struct uuid *actor)
{
	struct event e = life_event(l, action);
	struct str code = action == ACTION_return ? STR("return") : STR("route");

	e.actor = actor;
	e.reason = life_words(l, code.at);
	event_number(l, &e, "from_department", l->holder->id);
	pass_to(l, to, code);
	life_change(l, action, &e);
}

void life_return(struct life *l)
{
	const struct city *city = l->g->city;

	l->returns++;
	hand_over(l, ACTION_return, city_department(city, city->hub), life_officer(l));
}

/* To the committee of the area, or to the department that would have had it without the rules. */
static const struct department *another(struct life *l)
{
	const struct city *city = l->g->city;
	int32_t day = calendar_local_day(city->calendar, l->at);

	for (unsigned n = 0; n < city->ndepartments; n++) {
		const struct department *d = &city->departments[random_below(&l->random, city->ndepartments)];

		if (d != l->decision.department && d != l->holder && d->valid_from <= day &&
			day < d->valid_to && book_staff(l->g->book, d->id))
			return d;
	}
	return l->decision.department;
}

void life_route(struct life *l)
{
	hand_over(l, ACTION_route, another(l), &l->g->book->hub->coordinator);
}

void life_withdraw(struct life *l)
{
	struct event e = life_event(l, ACTION_withdraw);

	e.actor_kind = "ticket";
	life_change(l, ACTION_withdraw, &e);
}

static void put_merge(struct life *l, const struct event *e)
{
	struct rows *rows = &l->out->table[TABLE_ticket_merge];

	rows_begin(rows, 9);
	rows_uuid(rows, &e->id);
	rows_uuid(rows, &l->id);
	rows_uuid(rows, &l->other);
	rows_bytes(rows, STR("merged"));
	rows_at(rows, l->at * second_us);
	rows_uuid(rows, e->actor);
	rows_bytes(rows, e->reason);
	rows_bytes(rows, l->state);
	rows_uuids(rows, NULL, 0);
}

void life_merge(struct life *l)
{
	struct event e = life_event(l, ACTION_merge);

	e.actor = &l->g->book->hub->coordinator;
	e.reason = life_words(l, "merge");
	event_uuid(l, &e, "into", &l->other);
	put_merge(l, &e);
	life_change(l, ACTION_merge, &e);
}

/* ticket_touch() of ticket_merge_into(): it is told in words of its own. */
void life_merged_in(struct life *l)
{
	struct event e = life_event(l, ACTION_merge);

	e.type = STR("ticket.merged_in");
	e.actor = &l->g->book->hub->coordinator;
	e.public_vi = STR("Một phiếu khác về cùng sự việc được gộp vào phiếu này");
	e.public_en = STR("Another ticket about the same matter was merged into this one");
	l->version++;
	event_put(l, &e, true);
}
