/* The alarms of generated tickets: each fired when it was due, or when something that happened to its clock
 * let it be due. */
#include "base/must.h"
#include "civil/clock.h"
#include "command/generate_event.h"

static const int64_t second_us = 1000000;

static int64_t latest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* As of the job: a warning of what is overdue by now is passed over. */
static bool is_told(const struct book_alarm *told, int64_t alarm, int64_t due, int64_t at)
{
	return told && !(str_eq(told->event, STR("clock.warning")) && alarm < due && due < at);
}

static struct event alarm_event(struct life *l, struct str type, int64_t department, int64_t at)
{
	bool urgent = str_eq(l->decision.level, STR("urgent")) || str_eq(l->kind, STR("emergency"));
	struct event e = {.id = random_uuid(&l->random, at * 1000),
		.at = at,
		.later = true,
		.type = type,
		.actor_kind = "job",
		.department = department};

	event_json(&e, "urgent", urgent ? STR("true") : STR("false"));
	return e;
}

/* --- clocks --------------------------------------------------------------------------------------------- */

static void put_alarm(struct life *l, enum clock_kind kind, int level, const struct event *e)
{
	struct rows *rows = &l->out->table[TABLE_alarm];
	const struct life_clock *c = &l->clock[kind];

	rows_begin(rows, 7);
	rows_uuid(rows, &l->id);
	rows_bytes(rows, str_of(clock_kind_code(kind)));
	rows_int4(rows, c->round);
	rows_int4(rows, level);
	rows_at(rows, c->due * second_us);
	rows_at(rows, e->at * second_us + e->later);
	rows_uuid(rows, &e->id);
}

static void tell_clock(struct life *l, enum clock_kind kind, const struct book_alarm *told, int64_t at)
{
	const struct life_clock *c = &l->clock[kind];
	struct event e = alarm_event(l, told->event, l->clock_holder, at);

	event_text(l, &e, "clock", str_of(clock_kind_code(kind)));
	event_number(l, &e, "round", c->round);
	event_number(l, &e, "level", told->level);
	event_instant(l, &e, "due_at", c->due);
	event_json(&e, "audiences", told->audiences);
	event_put(l, &e, false);
	put_alarm(l, kind, told->level, &e);
}

static void fire_clock(struct life *l, enum clock_kind kind, int64_t until, bool tell)
{
	struct life_clock *c = &l->clock[kind];

	while (c->runs && !c->parked && c->alarm < until) {
		struct clock_facts facts = life_clock_facts(l, kind);
		const struct alarm_level *level = clock_level(l->g->city, facts.profile, c->level);
		int64_t at = latest(c->alarm, l->at);

		must(level);
		const struct book_alarm *told = book_alarm(l->g->book, level);
		if (tell && is_told(told, c->alarm, c->due, at))
			tell_clock(l, kind, told, at);
		c->level = facts.level = level->level + 1;
		c->alarm = clock_alarm(l->g->city, &facts, c->due);
	}
}

/* --- parts ---------------------------------------------------------------------------------------------- */

static struct clock_facts part_facts(const struct life *l, const struct life_part *part)
{
	const struct policy *policy = l->decision.policy;

	return (struct clock_facts){.profile = policy ? policy->profile : STR(""),
		.calendar = part->department->calendar,
		.question = {.start = part->asked, .terms = {.unit = DEADLINE_WORKING_DAYS}},
		.level = part->level};
}

void life_part_begin(const struct life *l, struct life_part *part)
{
	part->level = 1;
	const struct clock_facts facts = part_facts(l, part);
	part->alarm = clock_alarm(l->g->city, &facts, part->due);
}

static void tell_part(struct life *l, const struct life_part *part, struct str type, int64_t at)
{
	struct event e = alarm_event(l, type, part->department->id, at);

	event_uuid(l, &e, "part", &part->id);
	event_instant(l, &e, "due_at", part->due);
	event_put(l, &e, false);
}

/* Behind the breach nothing is told of a part. */
static void fire_part(struct life *l, struct life_part *part, int64_t until, bool tell)
{
	while (part->alarm < until) {
		struct clock_facts facts = part_facts(l, part);
		const struct alarm_level *level = clock_level(l->g->city, facts.profile, part->level);
		int64_t at = latest(part->alarm, l->at);

		must(level);
		const struct book_alarm *told = book_alarm(l->g->book, level);
		bool breach = told && str_eq(told->event, STR("clock.breached"));
		bool known = breach || (told && str_eq(told->event, STR("clock.warning")));
		if (tell && known && is_told(told, part->alarm, part->due, at))
			tell_part(
				l, part, breach ? STR("clock.part_breached") : STR("clock.part_warning"), at);
		part->level = facts.level = level->level + 1;
		part->alarm = breach ? CLOCK_NEVER : clock_alarm(l->g->city, &facts, part->due);
	}
}

/* --- both ----------------------------------------------------------------------------------------------- */

static void fire(struct life *l, int64_t until, bool tell)
{
	for (enum clock_kind kind = 0; kind < CLOCK_KINDS; kind++)
		fire_clock(l, kind, until, tell);
	for (unsigned i = 0; i < l->nparts && !l->done; i++)
		fire_part(l, &l->part[i], until, tell);
}

void life_alarms_fire(struct life *l, int64_t until)
{
	fire(l, until, true);
}

void life_alarms_pass(struct life *l)
{
	fire(l, l->g->now + 1, false);
}
