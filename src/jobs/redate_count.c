/* What moves when clocks are dated anew: by kind of clock, and by holder. */
#include "jobs/redate_count.h"

#include <string.h>

#include "base/buf.h"
#include "civil/clock.h"

enum {
	HOLDERS_FIRST = 64
};

struct by_kind {
	int64_t moved, later;
};

struct by_holder {
	int64_t holder;
	int64_t moved, clocks, later, earlier, enter, leave;
};

/* The ticket whose clocks come now. */
struct ticket {
	const char *id;
	int64_t holder, clocks; /* that moved */
	bool open, earlier, enters, leaves;
};

struct redate_counts {
	struct arena *arena;
	int64_t now_us, tickets, clocks;
	struct by_kind kinds[CLOCK_KINDS];
	struct by_holder *holders;
	size_t nholders, cap, last; /* neighbours often have the same holder */
	struct ticket ticket;
};

struct redate_counts *redate_counts_new(struct arena *arena, int64_t now_us)
{
	struct redate_counts *c = arena_alloc(arena, sizeof(*c));

	c->arena = arena;
	c->now_us = now_us;
	return c;
}

static struct by_holder *holder_new(struct redate_counts *c, int64_t holder)
{
	if (c->nholders == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : HOLDERS_FIRST;
		struct by_holder *more = arena_alloc(c->arena, cap * sizeof(*more));

		if (c->nholders > 0)
			memcpy(more, c->holders, c->nholders * sizeof(*more));
		c->holders = more;
		c->cap = cap;
	}
	c->holders[c->nholders].holder = holder;
	return &c->holders[c->nholders++];
}

static struct by_holder *holder_of(struct redate_counts *c, int64_t holder)
{
	for (size_t n = 0; n < c->nholders; n++) {
		size_t i = (c->last + n) % c->nholders;

		if (c->holders[i].holder == holder) {
			c->last = i;
			return &c->holders[i];
		}
	}
	return holder_new(c, holder);
}

static void ticket_end(struct redate_counts *c)
{
	const struct ticket *t = &c->ticket;

	c->tickets += t->open;
	if (t->clocks == 0)
		return;
	struct by_holder *h = holder_of(c, t->holder);
	h->moved++;
	h->clocks += t->clocks;
	h->later += !t->earlier;
	h->earlier += t->earlier;
	h->enter += t->enters;
	h->leave += t->leaves;
}

static void ticket_begin(struct redate_counts *c, const struct redate_move *move)
{
	ticket_end(c);
	c->ticket = (struct ticket){.id = move->ticket, .holder = move->holder};
}

static void count_moved(struct redate_counts *c, enum clock_kind kind, const struct redate_move *move)
{
	struct ticket *t = &c->ticket;
	bool late_before = move->before < c->now_us, late_after = move->after < c->now_us;

	t->clocks++;
	t->earlier |= move->after < move->before;
	t->enters |= !late_before && late_after;
	t->leaves |= late_before && !late_after;
	c->kinds[kind].moved++;
	c->kinds[kind].later += move->after > move->before;
}

void redate_count(struct redate_counts *c, const struct redate_move *move)
{
	enum clock_kind kind;

	if (!c->ticket.id || strcmp(c->ticket.id, move->ticket) != 0)
		ticket_begin(c, move);
	c->ticket.open |= !move->parked;
	if (!clock_kind_parse(move->kind, &kind))
		return;
	c->clocks++;
	if (!move->parked && move->before != move->after)
		count_moved(c, kind, move);
}

static void put_kinds(struct buf *b, const struct redate_counts *c)
{
	const char *comma = "";

	for (enum clock_kind k = 0; k < CLOCK_KINDS; k++) {
		if (c->kinds[k].moved == 0)
			continue;
		buf_printf(b, "%s\"%s\":[%lld,%lld]", comma, clock_kind_code(k), (long long)c->kinds[k].moved,
			(long long)c->kinds[k].later);
		comma = ",";
	}
}

static void put_holders(struct buf *b, const struct redate_counts *c)
{
	for (size_t i = 0; i < c->nholders; i++) {
		const struct by_holder *h = &c->holders[i];

		buf_printf(b, "%s\"%lld\":[%lld,%lld,%lld,%lld,%lld,%lld]", i ? "," : "",
			(long long)h->holder, (long long)h->moved, (long long)h->clocks, (long long)h->later,
			(long long)h->earlier, (long long)h->enter, (long long)h->leave);
	}
}

struct str redate_counts_json(struct redate_counts *c)
{
	struct buf b = {.arena = c->arena};

	ticket_end(c);
	c->ticket = (struct ticket){0};
	buf_printf(&b, "{\"tickets\":%lld,\"clocks\":%lld,\"kinds\":{", (long long)c->tickets,
		(long long)c->clocks);
	put_kinds(&b, c);
	buf_put(&b, STR("},\"holders\":{"));
	put_holders(&b, c);
	buf_put(&b, STR("}}"));
	return buf_str(&b);
}
