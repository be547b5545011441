/* Questions to invented citizens, what they are told, and more time for answers. */
#include "command/generate_moves.h"

#include "base/must.h"
#include "civil/clock.h"
#include "command/generate_search.h"

static const int64_t second_us = 1000000;

static void put_message(struct life *l, const struct uuid *id, const struct uuid *author, struct str text)
{
	struct rows *rows = &l->out->table[TABLE_message];

	rows_begin(rows, 6);
	rows_uuid(rows, id);
	rows_uuid(rows, &l->id);
	rows_at(rows, l->at * second_us);
	if (author) {
		rows_uuid(rows, author);
		rows_int8(rows, l->holder->id);
	} else {
		rows_null(rows);
		rows_null(rows);
	}
	rows_bytes(rows, text);
	life_say(l, text);
}

static void say_message(struct life *l, struct event *e, const struct uuid *author, struct str text)
{
	struct uuid id = random_uuid(&l->random, l->at * 1000);

	put_message(l, &id, author, text);
	event_says(e, "message", event_key(l, &id), event_texts(l->arena, &text, 1));
}

void life_progress(struct life *l)
{
	struct event e = life_event(l, ACTION_progress);

	e.actor = life_officer(l);
	if (l->person)
		event_uuid(l, &e, "person", l->person);
	say_message(l, &e, e.actor, life_words(l, "progress"));
	life_change(l, ACTION_progress, &e);
}

void life_ask(struct life *l)
{
	const struct policy *policy = l->decision.policy;
	struct life_question *q = &l->question;
	struct event e = life_event(l, ACTION_ask);
	const struct deadline_question until = {
		.start = l->at, .terms = {.unit = policy->question.unit, .amount = policy->question.amount}};

	*q = (struct life_question){.id = random_uuid(&l->random, l->at * 1000),
		.by = *life_officer(l),
		.text = life_words(l, "question"),
		.from_state = l->state,
		.asked = l->at};
	life_say(l, q->text);
	must(deadline_compute(l->holder->calendar, &until, NULL, &q->until) == 0);
	e.actor = life_officer(l);
	event_uuid(l, &e, "question", &q->id);
	event_instant(l, &e, "until", q->until);
	event_says(&e, "question", event_key(l, &q->id), event_texts(l->arena, &q->text, 1));
	life_clocks_move(l, ACTION_ask, l->at);
	must(l->npauses < LIFE_PAUSES);
	l->pause[l->npauses++] = (struct deadline_pause){q->asked, q->until};
	life_clocks_redate(l);
	e.from_state = l->state;
	e.to_state = l->state = book_move(l->g->book, ACTION_ask, l->state)->to;
	l->version++;
	event_put(l, &e, true);
}

void life_supply(struct life *l)
{
	struct life_question *q = &l->question;
	struct event e = life_event(l, ACTION_supply);

	q->ended = l->at < q->until ? l->at : q->until;
	e.actor_kind = "ticket";
	event_uuid(l, &e, "question", &q->id);
	say_message(l, &e, NULL, life_words(l, "supply"));
	l->pause[l->npauses - 1].until = q->ended;
	life_clocks_redate(l);
	e.from_state = l->state;
	e.to_state = l->state = q->from_state;
	l->version++;
	event_put(l, &e, true);
}

void life_question_write(struct life *l)
{
	struct rows *rows = &l->out->table[TABLE_question];
	const struct life_question *q = &l->question;

	if (!q->asked)
		return;
	rows_begin(rows, 10);
	rows_uuid(rows, &q->id);
	rows_uuid(rows, &l->id);
	rows_at(rows, q->asked * second_us);
	rows_uuid(rows, &q->by);
	rows_int8(rows, l->holder->id);
	rows_bytes(rows, q->text);
	rows_bytes(rows, q->from_state);
	rows_at(rows, q->until * second_us);
	if (q->ended)
		rows_at(rows, q->ended * second_us);
	else
		rows_null(rows);
	rows_bytes(rows, q->ended ? STR("answered") : STR_NONE);
}

void life_request_extension(struct life *l)
{
	const struct life_clock *answer = &l->clock[CLOCK_ANSWER];
	struct life_extension *x = &l->extension;
	struct event e = life_event(l, ACTION_request_extension);

	if (!answer->runs || l->at > answer->due) /* it is too late to ask */
		return;

	*x = (struct life_extension){.id = random_uuid(&l->random, l->at * 1000),
		.by = *life_officer(l),
		.reason = life_words(l, "extension"),
		.asked = l->at,
		.before = answer->due,
		.amount = answer->limit.amount,
		.unit = answer->limit.unit,
		.department = l->holder->id};
	e.actor = life_officer(l);
	e.reason = x->reason;
	event_uuid(l, &e, "extension", &x->id);
	event_number(l, &e, "amount", x->amount);
	event_text(l, &e, "unit", str_of(deadline_unit_code(x->unit)));
	l->version++;
	event_put(l, &e, true);
}

void life_approve_extension(struct life *l)
{
	struct life_clock *answer = &l->clock[CLOCK_ANSWER];
	struct life_extension *x = &l->extension;
	struct event e = life_event(l, ACTION_approve_extension);

	if (!x->asked || l->at > answer->due)
		return;

	x->before = answer->due;
	answer->extension += (int32_t)x->amount;
	life_clocks_redate(l);
	x->after = answer->due;
	x->decided = l->at;
	x->decided_by = l->staff->head;
	e.actor = &l->staff->head;
	event_uuid(l, &e, "extension", &x->id);
	event_number(l, &e, "amount", x->amount);
	event_text(l, &e, "unit", str_of(deadline_unit_code(x->unit)));
	event_instant(l, &e, "due_before", x->before);
	event_instant(l, &e, "due_after", x->after);
	l->version++;
	event_put(l, &e, true);
}

void life_extension_write(struct life *l)
{
	struct rows *rows = &l->out->table[TABLE_extension];
	const struct life_extension *x = &l->extension;

	if (!x->asked)
		return;
	rows_begin(rows, 13);
	rows_uuid(rows, &x->id);
	rows_uuid(rows, &l->id);
	rows_at(rows, x->asked * second_us);
	rows_uuid(rows, &x->by);
	rows_int8(rows, x->department);
	rows_int4(rows, (int32_t)x->amount);
	rows_bytes(rows, str_of(deadline_unit_code(x->unit)));
	rows_bytes(rows, x->reason);
	rows_bytes(rows, x->decided		? STR("approved")
			 : x->lapsed || l->done ? STR("lapsed")
						: STR("requested"));
	rows_at(rows, x->before * second_us);
	if (!x->decided) {
		for (int i = 0; i < 3; i++)
			rows_null(rows);
		return;
	}
	rows_at(rows, x->after * second_us);
	rows_at(rows, x->decided * second_us);
	rows_uuid(rows, &x->decided_by);
}
