/* Rules of a draft, checked by the thread beside the event loop: ten thousand of them take their time. */
#include "app/routing/check.h"

#include "base/clock.h"
#include "base/work.h"
#include "civil/assign.h"
#include "db/answer.h"
#include "http/reply.h"

/* A check on its way. */
struct task {
	struct work_task work;
	struct req *req;
	struct check_order order;
	struct check check;
	int32_t day;
};

/* In the thread. */
static void run(struct work_task *work)
{
	struct task *t = list_entry(work, struct task, work);
	struct check *c = &t->check;
	const struct city *city = c->copy->city;

	c->rules = rules_read(c->arena, t->order.purpose, t->order.text, &c->faults);
	if (!c->rules)
		return;
	if (t->order.purpose == RULES_ASSIGNMENT)
		city = assign_city(c->arena, city, t->order.people, false);
	if (t->order.compile) {
		c->program = rules_compile(c->arena, c->rules, city);
		return;
	}
	c->faults = rules_check(c->arena, c->rules, city, t->day);
	c->names = rules_names(c->arena, c->rules, &c->nnames);
}

static void done(struct work_task *work)
{
	struct task *t = list_entry(work, struct task, work);
	struct req *req = t->req;

	req_become(req, REQ_STEPS);
	if (req->state != REQ_LEFT) {
		if (arena_failed(t->check.arena))
			reply_problem(req, PROBLEM_unavailable, STR_NONE);
		else
			t->order.then(req, &t->check, t->order.of);
	}
	req_unpin(req);
}

static void end(struct task *t)
{
	arena_free(t->check.arena);
	city_copy_release(t->check.copy);
}

bool check_is_assignment(const PGresult *row)
{
	return str_eq(db_cell(row, 0, "purpose"), STR("assignment"));
}

struct check_order check_order_of(const PGresult *row)
{
	return (struct check_order){.text = db_cell(row, 0, "text"),
		.purpose = check_is_assignment(row) ? RULES_ASSIGNMENT : RULES_ROUTING,
		.people = db_cell(row, 0, "people")};
}

bool check_begin(struct req *req, const struct check_order *order)
{
	struct app *app = req->app;
	struct arena *arena = app->city ? arena_new() : NULL;
	struct task *t;

	if (!arena) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return false;
	}
	t = arena_alloc(req->arena, sizeof(*t));
	*t = (struct task){.work = {.run = run, .done = done},
		.req = req,
		.order = *order,
		.check = {.arena = arena, .copy = city_copy_hold(app->city_copy)},
		.day = calendar_local_day(app->city->calendar, req_began_ms(req) / 1000)};
	arena_defer(req->arena, end, t);
	req_pin(req);
	req_become(req, REQ_UNIT);
	work_do(app->work, &t->work);
	return true;
}

/* --- what is told of faults ----------------------------------------------------------------------------- */

static void put_place(struct buf *out, const struct rules_fault *f, const struct rendering *rendering)
{
	int rule = rendering_rule(rendering, f->line);

	if (rule >= 0) {
		buf_printf(out, "\"pointer\":\"#/rules/%d\"", rule);
		rule = rendering_rule(rendering, f->other_line);
		if (f->other_line > 0 && rule >= 0)
			buf_printf(out, ",\"other\":\"#/rules/%d\"", rule);
		return;
	}
	if (rendering->lines) {
		buf_put(out, STR("\"pointer\":\"#/lets\""));
		return;
	}
	buf_printf(out, "\"pointer\":\"#/text\",\"line\":%u,\"column\":%u", f->line, f->column);
	if (f->other_line > 0)
		buf_printf(out, ",\"other_line\":%u", f->other_line);
}

static void put_fault(struct buf *out, const struct req *req, const struct rules_fault *f,
	const struct rendering *rendering)
{
	buf_byte(out, '{');
	put_place(out, f, rendering);
	buf_printf(out, ",\"code\":\"%s\",\"rule_fault\":\"%s\"", fault_name(FAULT_bad_format), f->code);
	buf_member(out, "detail", req->lang == LANG_VI ? f->vi : f->en);
	buf_member(out, "detail_vi", f->vi);
	buf_member(out, "detail_en", f->en);
	buf_byte(out, '}');
}

/* A member with those faults that warn, or with those that do more; false when there is none. */
static bool put_faults(struct buf *out, const struct req *req, const struct check *check,
	const struct rendering *rendering, bool warns)
{
	bool any = false;

	buf_printf(out, "\"%s\":[", warns ? "warnings" : "errors");
	for (unsigned i = 0; i < check->faults.n; i++) {
		if (check->faults.at[i].warns != warns)
			continue;
		if (any)
			buf_byte(out, ',');
		put_fault(out, req, &check->faults.at[i], rendering);
		any = true;
	}
	buf_byte(out, ']');
	return any;
}

bool check_refuse(struct req *req, const struct check *check, const struct rendering *rendering)
{
	struct buf out = {.arena = req->arena};

	if (!put_faults(&out, req, check, rendering, false))
		return false;
	reply_problem_with(req, PROBLEM_invalid, STR_NONE, buf_str(&out));
	return true;
}

struct str check_warnings(struct req *req, const struct check *check, const struct rendering *rendering)
{
	struct buf out = {.arena = req->arena};

	put_faults(&out, req, check, rendering, true);
	return buf_str(&out);
}
