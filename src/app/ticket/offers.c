/* Clock offers for the statements of moves. */
#include "app/ticket/offers.h"

#include "civil/clock.h"
#include "http/req.h"

void offers_make(struct req *req, const struct department *department, int64_t now_ms, struct offers *ret)
{
	unsigned n;
	const struct clock_offer *from =
		clock_offers_move(req->arena, req->app->city, department, now_ms / 1000, &n);
	struct offer *o = arena_alloc(req->arena, (n + 1) * sizeof(*o));

	for (unsigned i = 0; i < n; i++)
		o[i] = (struct offer){.kind = str_of(clock_kind_code(from[i].kind)),
			.unit = str_of(deadline_unit_code(from[i].limit.unit)),
			.policy = from[i].policy,
			.due = from[i].due * 1000,
			.alarm = from[i].alarm == CLOCK_NEVER ? DB_NO_INT : from[i].alarm * 1000,
			.amount = from[i].limit.amount};
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
