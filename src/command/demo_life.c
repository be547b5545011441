/* The people of the demo and what they do to its tickets. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "command/demo.h"
#include "command/pg.h"

enum {
	HOUR = 3600,
	DAY = 86400
};

/* The tale of a ticket in moves; `share` of a hundred tickets have it. */
static const struct fate {
	int share;
	bool late;
	const char *actions[5];
} fates[] = {
	{62, false, {"accept", "claim", "propose", "approve", NULL}},
	{15, true, {"accept", "claim", "propose", "approve", NULL}},
	{6, false, {"refuse", NULL}},
	{5, false, {"accept", "claim", "propose", NULL}},
	{5, false, {"accept", "claim", NULL}},
	{4, false, {"accept", NULL}},
	{3, false, {NULL}},
};

static const struct fate *pick_fate(struct demo *demo)
{
	int64_t ball = demo_random(demo, 100);
	size_t i = 0;

	while (ball >= fates[i].share && i + 1 < sizeof(fates) / sizeof(fates[0]))
		ball -= fates[i++].share;
	return &fates[i];
}

/* The account; absent when it cannot be made. */
static struct str add(struct demo *demo, struct str department, const char *role)
{
	bool head = strcmp(role, "head") == 0;
	struct str code = arena_str(demo->arena, department);
	struct str login = arena_printf(demo->arena, "%s.%.*s", head ? "lanhdao" : "canbo", STR_ARG(code));
	struct str name = arena_printf(demo->arena, head ? "Lãnh đạo %.*s" : "Cán bộ %.*s", STR_ARG(code));
	PGresult *r = pg_query(demo->pg, "command_user_add",
		(struct str[]){login, name, code, arena_printf(demo->arena, "{%s}", role),
			arena_printf(demo->arena, "%.*s@example.org", STR_ARG(login)), STR("vi")},
		6);
	struct str account = r ? arena_str(demo->arena, str_of(PQgetvalue(r, 0, 0))) : STR_NONE;

	PQclear(r);
	return account;
}

bool demo_staff(struct demo *demo)
{
	PGresult *r = pg_query(demo->pg, "command_demo_alone", NULL, 0);
	bool ok = r != NULL;

	for (int i = 0; ok && i < PQntuples(r); i++) {
		struct str department = str_of(PQgetvalue(r, i, 0));

		ok = add(demo, department, "officer").at && add(demo, department, "head").at;
	}
	PQclear(r);
	return ok;
}

/* An officer or a head of this department, made when first needed. */
static const struct demo_person *person(struct demo *demo, const struct department *d, const char *role)
{
	for (int i = 0; i < demo->nstaff; i++)
		if (demo->staff[i].department == d->id && strcmp(demo->staff[i].role, role) == 0)
			return &demo->staff[i];
	if (demo->nstaff == DEMO_STAFF_MAX)
		return NULL;

	struct str session = demo_uuid(demo), account = add(demo, d->code, role);
	if (!account.at || !pg_do(demo->pg, "command_demo_session", (struct str[]){session, account}, 2))
		return NULL;
	demo->staff[demo->nstaff] = (struct demo_person){d->id, role, account, session};
	return &demo->staff[demo->nstaff++];
}

static struct str cell(struct demo *demo, const struct clock_offer *o, enum demo_column column)
{
	switch (column) {
	case DEMO_ORD:
		return STR("1");
	case DEMO_POLICY:
		return arena_printf(demo->arena, "%ld", (long)o->policy);
	case DEMO_KIND:
		return str_of(clock_kind_code(o->kind));
	case DEMO_START:
		return demo_instant(demo, o->start);
	case DEMO_WAITS:
		return o->waits ? STR("t") : STR("f");
	case DEMO_DUE:
		return demo_instant(demo, o->due);
	case DEMO_ALARM:
		return o->alarm == CLOCK_NEVER ? STR("NULL") : demo_instant(demo, o->alarm);
	case DEMO_UNIT:
		return str_of(deadline_unit_code(o->limit.unit));
	case DEMO_AMOUNT:
		return arena_printf(demo->arena, "%ld", (long)o->limit.amount);
	case DEMO_CALENDAR:
		return calendar_code(o->calendar);
	case DEMO_VERSION:
		return arena_printf(demo->arena, "%ld", (long)calendar_version(o->calendar));
	}
	return STR("NULL");
}

struct str demo_offers(
	struct demo *demo, const struct clock_offer *offers, unsigned n, enum demo_column column)
{
	struct buf b = {.arena = demo->arena};

	buf_byte(&b, '{');
	for (unsigned i = 0; i < n; i++) {
		struct str text = cell(demo, &offers[i], column);

		buf_printf(&b, "%s%.*s", i > 0 ? "," : "", STR_ARG(text));
	}
	buf_byte(&b, '}');
	return buf_str(&b);
}

/* When parts would be due that rules ask for, as columns of ticket/move.sql. */
static void part_columns(struct demo *demo, int64_t at, struct str ret[4])
{
	struct buf b[4];
	unsigned n;
	const struct clock_part *parts = clock_parts(demo->arena, demo->city, at, &n);

	for (int i = 0; i < 4; i++) {
		b[i] = (struct buf){.arena = demo->arena};
		buf_byte(&b[i], '{');
	}
	for (unsigned i = 0; i < n; i++) {
		const char *comma = i > 0 ? "," : "";
		buf_printf(&b[0], "%s%.*s", comma, STR_ARG(calendar_code(parts[i].calendar)));
		buf_printf(&b[1], "%s%s", comma, deadline_unit_code(parts[i].limit.unit));
		buf_printf(&b[2], "%s%ld", comma, (long)parts[i].limit.amount);
		buf_printf(&b[3], "%s%.*s", comma, STR_ARG(demo_instant(demo, parts[i].due)));
	}
	for (int i = 0; i < 4; i++) {
		buf_byte(&b[i], '}');
		ret[i] = buf_str(&b[i]);
	}
}

static bool act(struct demo *demo, const struct demo_ticket *ticket, const char *action, int64_t at)
{
	const struct department *d = ticket->decision.department;
	bool by_head = strcmp(action, "approve") == 0 || strcmp(action, "refuse") == 0;
	const struct demo_person *p = person(demo, d, by_head ? "head" : "officer");
	unsigned n;
	const struct clock_offer *o = clock_offers_move(demo->arena, demo->city, d, at, &n);
	struct str refusal = strcmp(action, "refuse") == 0 ? STR("insufficient_basis") : STR_NONE;
	struct str text = strcmp(action, "propose") == 0 ? ticket->reply : STR_NONE;
	struct str parts[4];

	part_columns(demo, at, parts);
	return p &&
	       pg_do(demo->pg, "db_caller",
		       (struct str[]){
			       STR("staff"), p->account, p->session, STR("false"), STR("60000"), STR_NONE},
		       6) &&
	       pg_do(demo->pg, "ticket_move",
		       (struct str[]){ticket->id, str_of(action), STR_NONE, refusal, STR_NONE, STR_NONE,
			       STR_NONE, text, demo_instant(demo, at), demo_offers(demo, o, n, DEMO_POLICY),
			       demo_offers(demo, o, n, DEMO_KIND), demo_offers(demo, o, n, DEMO_DUE),
			       demo_offers(demo, o, n, DEMO_ALARM), demo_offers(demo, o, n, DEMO_UNIT),
			       demo_offers(demo, o, n, DEMO_AMOUNT), calendar_code(d->calendar),
			       arena_printf(demo->arena, "%ld", (long)calendar_version(d->calendar)),
			       demo_uuid(demo), parts[0], parts[1], parts[2], parts[3],
			       arena_printf(demo->arena, "%" PRId64, d->id), STR("false")},
		       24);
}

/* When the last move happens: well before the answer is due, or after it. */
static int64_t end_of(struct demo *demo, const struct demo_ticket *ticket, const struct fate *fate)
{
	const struct decision *d = &ticket->decision;
	int64_t due = ticket->filed_at + 3 * DAY;

	for (unsigned i = 0; i < d->clocks.n; i++)
		if (d->clocks.at[i].kind == CLOCK_ANSWER)
			due = d->clocks.at[i].due;

	if (fate->late)
		return due + HOUR + demo_random(demo, 4 * DAY);
	return ticket->filed_at + (due - ticket->filed_at) * (30 + demo_random(demo, 50)) / 100;
}

/* Special kinds have paths and people of their own: they wait for the visitor of the demo. */
static bool is_special(const struct demo_ticket *ticket)
{
	struct str sight = ticket->decision.sight;

	return str_eq(sight, STR("denunciation")) || str_eq(sight, STR("press")) ||
	       str_eq(sight, STR("data"));
}

/* The demo has no files: where an answer is proved by one, the visitor attaches it. */
static bool lacks_evidence(const struct demo *demo, const struct demo_ticket *ticket, const char *action)
{
	if (strcmp(action, "propose") != 0)
		return false;
	for (int i = 0; i < PQntuples(demo->evidence); i++)
		if (str_eq(ticket->category, str_of(PQgetvalue(demo->evidence, i, 0))))
			return true;
	return false;
}

bool demo_live(struct demo *demo, const struct demo_ticket *ticket)
{
	const struct fate *fate = pick_fate(demo);
	int64_t now = demo->now_ms / 1000, end = end_of(demo, ticket, fate);
	int moves = 0;

	if (!person(demo, ticket->decision.department, "officer") ||
		!person(demo, ticket->decision.department, "head"))
		return false;
	if (is_special(ticket) || ticket->reply.len == 0)
		return true;
	while (fate->actions[moves])
		moves++;
	for (int i = 0; i < moves; i++) {
		int64_t at = ticket->filed_at + (end - ticket->filed_at) * (i + 1) / moves;
		if (at > now || lacks_evidence(demo, ticket, fate->actions[i]))
			break; /* the tale goes on when the visitor is there */
		if (!act(demo, ticket, fate->actions[i], at))
			return false;
	}
	return true;
}
