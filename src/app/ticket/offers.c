/* Clock offers for the statements of moves. */
#include "app/ticket/offers.h"

#include "civil/clock.h"
#include "http/req.h"

struct offer offer_of(const struct clock_offer *from)
{
	return (struct offer){.kind = str_of(clock_kind_code(from->kind)),
		.unit = str_of(deadline_unit_code(from->limit.unit)),
		.policy = from->policy,
		.due = from->due * 1000,
		.alarm = from->alarm == CLOCK_NEVER ? DB_NO_INT : from->alarm * 1000,
		.amount = from->limit.amount};
}

void offers_make(struct req *req, const struct department *department, int64_t now_ms, struct offers *ret)
{
	unsigned n;
	const struct clock_offer *from =
		clock_offers_move(req->arena, req->app->city, department, now_ms / 1000, &n);
	struct offer *o = arena_alloc(req->arena, (n + 1) * sizeof(*o));

	for (unsigned i = 0; i < n; i++)
		o[i] = offer_of(&from[i]);
	*ret = (struct offers){o, n};
}

void offers_make_parts(struct req *req, int64_t now_ms, struct part_offers *ret)
{
	unsigned n;
	const struct clock_part *from = clock_parts(req->arena, req->app->city, now_ms / 1000, &n);
	struct part_offer *o = arena_alloc(req->arena, (n + 1) * sizeof(*o));

	for (unsigned i = 0; i < n; i++)
		o[i] = (struct part_offer){.calendar = calendar_code(from[i].calendar),
			.unit = str_of(deadline_unit_code(from[i].limit.unit)),
			.amount = from[i].limit.amount,
			.due = from[i].due * 1000};
	*ret = (struct part_offers){o, n};
}
