/* Clocks: what policies offer, when alarms fire, what is left. */
#include "civil/clock.h"

static const char *const codes[CLOCK_KINDS] = {
	[CLOCK_ACCEPT] = "accept",
	[CLOCK_ROUTE] = "route",
	[CLOCK_FIRST_REPLY] = "first_reply",
	[CLOCK_UPDATE] = "update",
	[CLOCK_STEP] = "step",
	[CLOCK_ANSWER] = "answer",
	[CLOCK_APPEAL] = "appeal",
};

const char *clock_kind_code(enum clock_kind kind)
{
	return codes[kind];
}

bool clock_kind_parse(struct str code, enum clock_kind *ret)
{
	for (unsigned i = 0; i < CLOCK_KINDS; i++)
		if (str_eq(code, str_of(codes[i]))) {
			*ret = (enum clock_kind)i;
			return true;
		}
	return false;
}

enum deadline_receipt clock_receipt(struct str code)
{
	return str_eq(code, STR("same_day")) ? RECEIPT_SAME_DAY : RECEIPT_NEXT_OPENING;
}

const struct alarm_level *clock_level(const struct city *city, struct str profile, int from)
{
	const struct alarm_level *general = NULL, *own = NULL;
	bool has_own = false;

	for (unsigned i = 0; i < city->nalarms; i++) {
		const struct alarm_level *a = &city->alarms[i];
		bool is_own = a->profile.len > 0;
		const struct alarm_level **next = is_own ? &own : &general;

		if (is_own && !str_eq(a->profile, profile))
			continue;
		has_own |= is_own;
		if (a->level >= from && (!*next || a->level < (*next)->level))
			*next = a;
	}
	return has_own ? own : general;
}

int64_t clock_alarm(const struct city *city, const struct clock_facts *clock, int64_t due)
{
	const struct alarm_level *level = clock_level(city, clock->profile, clock->level);
	int64_t at;

	if (!level)
		return CLOCK_NEVER;
	if (level->share > 0)
		return deadline_share(clock->calendar, &clock->question, due, level->share, &at) == 0 ? at
												      : due;
	const struct deadline_question after = {
		.start = due, .terms = {.unit = level->after.unit, .amount = level->after.amount}};
	return deadline_compute(clock->calendar, &after, NULL, &at) == 0 ? at : CLOCK_NEVER;
}

int clock_date(const struct city *city, const struct clock_facts *clock, int64_t *ret_due, int64_t *ret_alarm)
{
	int status = deadline_compute(clock->calendar, &clock->question, NULL, ret_due);

	if (status == 0)
		*ret_alarm = clock_alarm(city, clock, *ret_due);
	return status;
}

int clock_offer_date(const struct city *city, const struct policy *policy, struct clock_offer *offer)
{
	const struct limit *limit = &policy->limit[offer->kind];
	const struct clock_facts facts = {.profile = policy->profile,
		.calendar = offer->calendar,
		.question = {.start = offer->start,
			.terms = {.unit = limit->unit, .receipt = policy->receipt, .amount = limit->amount},
			.pauses = offer->pauses,
			.npauses = offer->npauses},
		.level = 1};

	offer->policy = policy->id;
	offer->limit = *limit;
	return clock_date(city, &facts, &offer->due, &offer->alarm);
}

int clock_offers_filing(const struct city *city, const struct policy *policy,
	const struct department *department, int64_t now, struct clock_set *ret)
{
	int64_t accept_due = now;

	ret->n = 0;
	for (unsigned k = 0; k < CLOCK_KINDS; k++) {
		struct clock_offer *o = &ret->at[ret->n];
		bool waits = k == CLOCK_ANSWER && policy->answer_from_acceptance &&
			     limit_is(&policy->limit[CLOCK_ACCEPT]);

		if (!limit_is(&policy->limit[k]))
			continue;
		*o = (struct clock_offer){.kind = (enum clock_kind)k,
			.start = waits ? accept_due : now,
			.waits = waits,
			.calendar = department->calendar};
		int status = clock_offer_date(city, policy, o);
		if (status < 0)
			return status;
		if (k == CLOCK_ACCEPT)
			accept_due = o->due;
		ret->n++;
	}
	return 0;
}

struct clock_offer *clock_offers_move(struct arena *arena, const struct city *city,
	const struct department *department, int64_t now, unsigned *ret_n)
{
	struct clock_offer *offers =
		arena_alloc(arena, ((size_t)city->npolicies * CLOCK_KINDS + 1) * sizeof(*offers));
	unsigned n = 0;

	for (unsigned i = 0; i < city->npolicies * CLOCK_KINDS; i++) {
		const struct policy *p = &city->policies[i / CLOCK_KINDS];
		enum clock_kind kind = (enum clock_kind)(i % CLOCK_KINDS);

		if (!limit_is(&p->limit[kind]))
			continue;
		offers[n] =
			(struct clock_offer){.kind = kind, .start = now, .calendar = department->calendar};
		if (clock_offer_date(city, p, &offers[n]) == 0)
			n++;
	}
	*ret_n = n;
	return offers;
}

/* Each limit that parts can have, once. */
static struct limit *part_limits(struct arena *arena, const struct city *city, unsigned *ret_n)
{
	struct limit *limits = arena_alloc(arena, ((size_t)city->npolicies + 1) * sizeof(*limits));
	unsigned n = 0;

	limits[n++] = (struct limit){DEADLINE_WORKING_DAYS, city->parts_days};
	for (unsigned i = 0; i < city->npolicies; i++) {
		const struct limit *l = &city->policies[i].limit[CLOCK_STEP];
		unsigned known = 0;

		while (known < n && !(limits[known].unit == l->unit && limits[known].amount == l->amount))
			known++;
		if (known == n && limit_is(l))
			limits[n++] = *l;
	}
	*ret_n = n;
	return limits;
}

struct clock_part *clock_parts(struct arena *arena, const struct city *city, int64_t now, unsigned *ret_n)
{
	unsigned nlimits, n = 0;
	const struct limit *limits = part_limits(arena, city, &nlimits);
	struct clock_part *parts =
		arena_alloc(arena, ((size_t)city->ncalendars * nlimits + 1) * sizeof(*parts));

	for (unsigned i = 0; i < city->ncalendars * nlimits; i++) {
		const struct limit *l = &limits[i % nlimits];
		const struct deadline_question question = {
			.start = now, .terms = {.unit = l->unit, .amount = l->amount}};

		parts[n] = (struct clock_part){.calendar = city->calendars[i / nlimits], .limit = *l};
		if (deadline_compute(parts[n].calendar, &question, NULL, &parts[n].due) == 0)
			n++;
	}
	*ret_n = n;
	return parts;
}

int64_t clock_remaining(const struct calendar *calendar, enum deadline_unit unit, int64_t due, int64_t now)
{
	if (unit == DEADLINE_WORKING_HOURS || unit == DEADLINE_WORKING_DAYS)
		return calendar_coordinate(calendar, due) - calendar_coordinate(calendar, now);
	return due - now;
}

int64_t clock_days(const struct calendar *calendar, int64_t start, int64_t stop)
{
	struct deadline_question limit = {.start = start, .terms = {.unit = DEADLINE_WORKING_DAYS}};
	int64_t low = 1, high = 1, due;

	/* Doubled until the limit is long enough, then halved in. */
	for (;; high *= 2) {
		limit.terms.amount = high;
		if (deadline_compute(calendar, &limit, NULL, &due) < 0)
			return 0;
		if (due >= stop)
			break;
		low = high + 1;
	}
	while (low < high) {
		limit.terms.amount = low + (high - low) / 2;
		if (deadline_compute(calendar, &limit, NULL, &due) == 0 && due >= stop)
			high = limit.terms.amount;
		else
			low = limit.terms.amount + 1;
	}
	return low;
}

int64_t clock_soon(const struct city *city, int64_t now_ms)
{
	int64_t now = now_ms / 1000;
	int32_t day, next;

	if (!city)
		return now_ms + INT64_C(86400000);
	day = calendar_local_day(city->calendar, now);
	if (calendar_working_day(city->calendar, day + 1, 0, &next) < 0)
		next = day + 1;
	int64_t second = now - calendar_instant(city->calendar, day, 0);
	return calendar_instant(city->calendar, next, (int)second) * 1000;
}
