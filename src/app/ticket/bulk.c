/* POST /v1/tickets/bulk: the same for many tickets. */
#include "app/ticket/bulk.h"

#include "app/ticket/ticket.h"
#include "gen/shapes.h"
#include "http/reply.h"

enum argument {
	PERSON = 1,
	DEPARTMENT = 2,
	REASON = 4,
	REASON_CODE = 8,
	LEVEL = 16
};

static const struct bulk_action {
	const char *code;
	unsigned needs, takes; /* sets of enum argument */
	void (*run)(struct req *req);
} actions[] = {
	{"accept", 0, 0, move_many},
	{"claim", 0, 0, move_many},
	{"assign", PERSON, 0, move_many},
	{"unassign", 0, REASON, move_many},
	{"route", DEPARTMENT | REASON, 0, move_many},
	{"return", REASON, 0, move_many},
	{"refuse", REASON_CODE, REASON, move_many},
	{"redirect", REASON_CODE, DEPARTMENT | REASON, move_many},
	{"relevel", LEVEL | REASON, 0, level_many},
	{"close", 0, 0, move_many},
};

static const struct bulk_action *find(struct str code)
{
	const struct bulk_action *a = actions;

	while (!str_eq(str_of(a->code), code))
		a++; /* the contract lists these and no others */
	return a;
}

/* Notes a fault where an argument is missing, or belongs to another action. */
static void check_argument(
	struct req *req, const struct bulk_action *action, unsigned which, const char *pointer, bool given)
{
	if (!given && (action->needs & which))
		req_fault(req, "pointer", str_of(pointer), FAULT_required);
	else if (given && !((action->needs | action->takes) & which))
		req_fault(req, "pointer", str_of(pointer), FAULT_not_allowed);
}

struct bulk_refusals bulk_refusals(struct req *req)
{
	struct bulk_refusal *all = arena_alloc(req->arena, PROBLEM_COUNT * sizeof(*all));
	struct bulk_refusals ret = {.rows = all};

	for (enum problem p = 0; p < PROBLEM_COUNT; p++) {
		struct str state = str_of(problem_row(p)->raised_by);
		if (str_starts(state, STR("TD")) || p == PROBLEM_conflict)
			all[ret.n++] = (struct bulk_refusal){state, reply_problem_body(req, p)};
	}
	return ret;
}

struct uuid *bulk_events(struct req *req, size_t n)
{
	struct uuid *ids = arena_alloc(req->arena, (n + 1) * sizeof(*ids));

	for (size_t i = 0; i < n; i++)
		ids[i] = uuid_new();
	return ids;
}

void ticket_bulk(struct req *req)
{
	const struct ticket_bulk *in = req->input;
	const struct bulk_action *action = find(in->action);

	check_argument(req, action, PERSON, "/person", !uuid_is_nil(&in->person));
	check_argument(req, action, DEPARTMENT, "/department", in->department.at != NULL);
	check_argument(req, action, REASON, "/reason", in->reason.at != NULL);
	check_argument(req, action, REASON_CODE, "/reason_code", in->reason_code.at != NULL);
	check_argument(req, action, LEVEL, "/level", in->level.at != NULL);
	if (reply_faults(req))
		return;
	if (!req->app->city)
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
	else
		action->run(req);
}
