/* Sets of rules: drafts are checked before they are stored, and once more before they count. */
#include "app/routing/routing.h"

#include "app/record/once.h"
#include "app/routing/check.h"
#include "app/routing/off.h"
#include "base/digest.h"
#include "civil/city.h"
#include "db/answer.h"
#include "gen/sql/routing.h"
#include "http/reply.h"

void rule_set_list(struct req *req)
{
	static const char *const own[LANG_COUNT] = {
		[LANG_VI] = "Quy tắc giao việc trong đơn vị của ông/bà: nêu `department`.",
		[LANG_EN] = "Those by which your department assigns: name it in `department`."};
	const struct rule_set_list *in = req->input;
	struct page page;

	if (!in->department.at)
		req->instead = str_of(own[req->lang]);
	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_routing_list(u, .department = in->department, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

/* A JSON object with one more member. */
static struct str with_member(struct req *req, struct str object, struct str member)
{
	return arena_printf(req->arena, "%.*s,%.*s}", (int)object.len - 1, object.at, STR_ARG(member));
}

/* --- one that is there -------------------------------------------------------------------------------- */

/* False after an answer: there is no such set. */
static bool is_found(struct req *req, const PGresult *row)
{
	if (PQntuples(row) > 0)
		return true;
	reply_problem(req, PROBLEM_not_found, STR_NONE);
	return false;
}

/* With those of an active set that are switched off today, which no version tells of. */
static void put_shown(struct req *req, const PGresult *row, const struct rules_program *program)
{
	struct str body = db_cell(row, 0, "body"), tag = db_cell(row, 0, "etag");

	if (program) {
		struct str off = off_member(req->arena, program, req->app->city, req_began_ms(req));
		struct digest hash = digest_sha256(off);

		body = with_member(req, body, off);
		tag = arena_printf(req->arena, "%.*s-%.16s", STR_ARG(tag),
			digest_hex(req->arena, digest_bytes(&hash)).at);
	}
	reply_etag(req, tag);
	reply_json(req, 200, body);
}

static void compiled(struct req *req, const struct check *check, const void *of)
{
	put_shown(req, of, check->program);
}

/* No worker but that of jobs keeps the rules of departments. */
static void shown(struct req *req, PGresult *const *results)
{
	const PGresult *row = answer_find(results, "body");
	const struct city *city = req->app->city;
	struct check_order order;

	if (!is_found(req, row))
		return;
	order = check_order_of(row);
	order.compile = true;
	order.of = row;
	order.then = compiled;
	if (order.purpose == RULES_ASSIGNMENT && db_cell_flag(row, 0, "active"))
		check_begin(req, &order);
	else
		put_shown(
			req, row, city && uuid_eq(&city->rules_id, &req->args[0].uuid) ? city->rules : NULL);
}

void rule_set_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_routing_show(u, .id = req->args[0].uuid);
	db_run(u, shown);
}

/* --- written ------------------------------------------------------------------------------------------ */

/* What was found to warn of is told with what was stored; it waits in req->made. */
static void put_stored(struct req *req, PGresult *const *results, int status)
{
	const PGresult *row = answer_find(results, "body");
	struct str body = with_member(req, db_cell(row, 0, "body"), req->made);

	if (status == 201)
		answer_located(req, body);
	reply_etag(req, db_cell(row, 0, "etag"));
	reply_json(req, status, body);
}

static void made(struct req *req, PGresult *const *results)
{
	put_stored(req, results, 201);
}

static void stored(struct req *req, PGresult *const *results)
{
	put_stored(req, results, 200);
}

/* A name as it is stored. */
struct name_row {
	struct str what, code, rule;
	int64_t line;
	bool effect;
};

static const struct name_row *name_rows(struct arena *arena, const struct check *check)
{
	struct name_row *row = arena_alloc(arena, (check->nnames + 1) * sizeof(*row));

	for (unsigned i = 0; i < check->nnames; i++) {
		const struct rule_name *n = &check->names[i];

		row[i] = (struct name_row){str_of(n->what), n->code, n->rule, n->line, n->effect};
	}
	return row;
}

/* What a request wants to be written. */
struct draft {
	struct rule_set_make in;
	struct rendering rendering;
	struct str purpose;
};

static void save(struct req *req, const struct check *check, const struct draft *draft)
{
	bool is_new = req->method == HTTP_POST;
	struct uuid id = is_new ? uuid_new() : req->args[0].uuid;
	const struct name_row *name = name_rows(req->arena, check);
	size_t n = check->nnames;
	struct db_unit *u = db_unit(req);

	once_claim_versioned(u, req);
	sql_routing_save(u, .id = id, .version = is_new ? DB_NO_INT : req->if_match,
		.purpose = draft->purpose, .department = draft->in.department, .title = draft->in.title,
		.text = draft->rendering.text, .rules = rules_count(check->rules),
		.whats = DB_COLUMN(name, n, what), .codes = DB_COLUMN(name, n, code),
		.in_rules = DB_COLUMN(name, n, rule), .effects = DB_COLUMN(name, n, effect),
		.lines = DB_COLUMN(name, n, line), .event = uuid_new());
	if (req->once_key.at)
		sql_routing_made(u, .key = req->once_key, .id = id, .told = req->made);
	db_run(u, is_new ? made : stored);
}

static void written(struct req *req, const struct check *check, const void *of)
{
	const struct draft *draft = of;
	const struct rendering *rendering = &draft->rendering;

	if (check_refuse(req, check, rendering))
		return;
	/* A condition that ends and goes on with a rule of its own would be saved as what nobody sees. */
	if (rendering->lines && rules_count(check->rules) != rendering->nrules) {
		req_fault(req, "pointer", STR("/rules"), FAULT_bad_format);
		reply_faults(req);
		return;
	}
	req->made = check_warnings(req, check, rendering);
	if (draft->in.dry_run)
		reply_json(req, 200,
			arena_printf(req->arena, "{\"dry_run\":true,\"rules\":%u,%.*s}",
				rules_count(check->rules), STR_ARG(req->made)));
	else
		save(req, check, draft);
}

static struct rule_set_make_rules same_rule(struct arena *arena, const struct rule_set_put_rules *r)
{
	const struct rule_set_put_rules_then *t = r->then;
	struct rule_set_make_rules_then *then = arena_alloc(arena, sizeof(*then));

	*then = (struct rule_set_make_rules_then){.department = t->department,
		.with = t->with,
		.level = t->level,
		.profile = t->profile,
		.visibility = t->visibility,
		.officer = t->officer,
		.skill = t->skill,
		.tag = t->tag,
		.flag = t->flag,
		.stop = t->stop};
	return (struct rule_set_make_rules){.name = r->name,
		.title = r->title,
		.from = r->from,
		.until = r->until,
		.when = r->when,
		.then = then};
}

/* Another text has the form of a new one. */
static struct rule_set_make as_new(struct arena *arena, const struct rule_set_put *in)
{
	const struct rule_set_put_rules *rule = in->rules.items;
	const struct rule_set_put_lets *let = in->lets.items;
	struct rule_set_make_rules *rules = arena_alloc(arena, (in->rules.n + 1) * sizeof(*rules));
	struct rule_set_make_lets *lets = arena_alloc(arena, (in->lets.n + 1) * sizeof(*lets));

	for (size_t i = 0; i < in->rules.n; i++)
		rules[i] = same_rule(arena, &rule[i]);
	for (size_t i = 0; i < in->lets.n; i++)
		lets[i] = (struct rule_set_make_lets){.name = let[i].name, .is = let[i].is};
	return (struct rule_set_make){.title = in->title,
		.department = in->department,
		.text = in->text,
		.rules = {rules, in->rules.n},
		.lets = {lets, in->lets.n},
		.dry_run = in->dry_run};
}

/* The caller may write it, so it is looked at. */
static void write_draft(struct req *req, PGresult *const *results)
{
	const PGresult *row = answer_find(results, "purpose");
	struct draft *draft = arena_alloc(req->arena, sizeof(*draft));
	bool is_new = req->method == HTTP_POST;
	struct check_order order;

	if (!is_found(req, row))
		return;
	draft->in = is_new ? *(const struct rule_set_make *)req->input : as_new(req->arena, req->input);
	draft->purpose = db_cell(row, 0, "purpose");
	if (!is_new && draft->in.department.at)
		req_fault(req, "pointer", STR("/department"), FAULT_not_allowed);
	if (!rendering_of(req, &draft->in, &draft->rendering))
		return;
	order = check_order_of(row);
	order.text = draft->rendering.text;
	order.of = draft;
	order.then = written;
	check_begin(req, &order);
}

void rule_set_make(struct req *req)
{
	const struct rule_set_make *in = req->input;
	struct db_unit *u = db_unit(req);

	once_replay_versioned(u, req);
	sql_routing_writing(u, .department = in->department);
	db_run(u, write_draft);
}

void rule_set_put(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_routing_writing(u, .id = req->args[0].uuid);
	db_run(u, write_draft);
}

/* --- made to count ------------------------------------------------------------------------------------ */

static const struct rendering as_text = {.lines = NULL};

static void told(struct req *req, const struct check *check, const void *of)
{
	(void)of;
	if (!check_refuse(req, check, &as_text))
		reply_json(req, 200,
			arena_printf(req->arena, "{\"rules\":%u,%.*s}", rules_count(check->rules),
				STR_ARG(check_warnings(req, check, &as_text))));
}

static void activate(struct req *req, const struct check *check, const void *of)
{
	(void)of;
	if (check_refuse(req, check, &as_text))
		return;
	req->made = check_warnings(req, check, &as_text);
	struct db_unit *u = db_unit(req);
	sql_routing_activate(u, .id = req->args[0].uuid, .version = req->if_match, .event = uuid_new());
	db_run(u, stored);
}

static void check_stored(struct req *req, PGresult *const *results)
{
	const PGresult *row = answer_find(results, "purpose");
	bool trial = req->if_match == INT64_MIN;
	struct check_order order;

	if (!is_found(req, row))
		return;
	order = check_order_of(row);
	order.then = trial ? told : activate;
	check_begin(req, &order);
}

static void check_text(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_routing_writing(u, .id = req->args[0].uuid);
	db_run(u, check_stored);
}

void rule_set_check(struct req *req)
{
	check_text(req);
}

void rule_set_activate(struct req *req)
{
	check_text(req);
}

void rule_set_take_back(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_routing_take_back(u, .id = req->args[0].uuid, .version = req->if_match, .event = uuid_new());
	db_run(u, answer_object);
}

void rule_set_drop(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_routing_drop(u, .id = req->args[0].uuid, .version = req->if_match, .event = uuid_new());
	db_run(u, answer_nothing);
}
