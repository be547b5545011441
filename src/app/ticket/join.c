/* POST /v1/joins: a citizen joins a public ticket instead of filing the same again. It is a filing all the
 * same, with a code, a secret and a sealed contact of its own, and merged at once: so following, writing,
 * being told and being forgotten work as for any ticket. Who joins at the same time is looked up, and stored,
 * together: hundreds may want the same ticket. */
#include "app/ticket/ticket.h"

#include "app/ticket/filing.h"
#include "auth/contact.h"
#include "auth/seal.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/must.h"
#include "civil/code.h"
#include "db/answer.h"
#include "db/batch.h"
#include "db/error.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

struct target_row {
	int64_t number;
	struct str once_key;
};

struct row {
	const void *made; /* by filing_make() */
	struct uuid ticket, into, event;
	int64_t at;
	struct str once_key, once_fingerprint;
};

static void take_contact(struct req *req, const struct ticket_join_contact *in, struct filing *f)
{
	const struct keys *keys = req->app->keys;

	if (!in)
		return;
	const struct contact contact = {in->name, in->phone, in->email, in->address};
	f->contact = contact_write(req->arena, &contact);
	if (in->phone.at)
		f->phone_index = seal_blind_index(req->arena, keys, in->phone);
	if (in->email.at)
		f->email_index = seal_blind_index(req->arena, keys, in->email);
}

/* The other ticket's words stay its own: a filing needs some, so it says what it is. */
static void take_words(struct req *req, struct str code, struct filing *f)
{
	const struct ticket_join *in = req->input;
	bool english = str_eq(in->language, STR("en"));

	f->title = arena_printf(
		req->arena, english ? "Joined ticket %.*s" : "Tham gia phiếu %.*s", STR_ARG(code));
	f->text = arena_printf(req->arena,
		english ? "The citizen joined ticket %.*s.%s%.*s" : "Người gửi tham gia phiếu %.*s.%s%.*s",
		STR_ARG(code), in->note.at ? "\n\n" : "", STR_ARG(in->note));
}

static void add_joins(struct db_unit *u, const void *rows, size_t n)
{
	const struct row *row = rows;
	const void **made = arena_alloc(db_unit_arena(u), n * sizeof(*made));

	for (size_t i = 0; i < n; i++)
		made[i] = row[i].made;
	filing_add(u, made, n);
	sql_ticket_join(u, .tickets = DB_COLUMN(row, n, ticket), .once_keys = DB_COLUMN(row, n, once_key),
		.once_fingerprints = DB_COLUMN(row, n, once_fingerprint), .intos = DB_COLUMN(row, n, into),
		.at = DB_COLUMN(row, n, at), .events = DB_COLUMN(row, n, event));
}

static void joined(struct req *req, const PGresult *result, int row)
{
	must(row >= 0);
	struct str body = db_cell(result, row, "joined");

	filing_answer(req, result, row, body.at ? arena_str(req->arena, body) : STR_NONE);
}

static const struct batch_plan joins = {
	.name = "ticket_join", .row_size = sizeof(struct row), .add = add_joins, .then = joined};

static void joined_alone(struct req *req, PGresult *const *results)
{
	joined(req, answer_find(results, "joined"), 0);
}

/* As filings of those who are signed in: whose session has ended is refused, and is nobody else's matter. */
static void join_alone(struct req *req, const struct row *made)
{
	struct row *row = arena_alloc(req->arena, sizeof(*row));
	struct db_unit *u = db_unit(req);

	*row = *made;
	db_unit_ask_caller(u);
	add_joins(u, row, 1);
	db_run(u, joined_alone);
}

static void join(struct req *req, const PGresult *target, int at)
{
	const struct ticket_join *in = req->input;
	struct str area = db_cell(target, at, "area");
	struct filing f = {.kind = arena_str(req->arena, db_cell(target, at, "kind")),
		.category = arena_str(req->arena, db_cell(target, at, "category")),
		.area = area.at ? arena_str(req->arena, area) : STR_NONE,
		.language = in->language,
		.channel = in->channel,
		.anonymous = !in->contact,
		.filed_at = req_began_ms(req),
		.joined_department = db_cell_int(target, at, "department")};
	struct row row = {.event = uuid_new(),
		.into = db_cell_uuid(target, at, "id"),
		.at = f.filed_at + 1,
		.once_key = req->once_key,
		.once_fingerprint = req->once_fingerprint};

	take_contact(req, in->contact, &f);
	take_words(req, db_cell(target, at, "code"), &f);
	row.made = filing_make(req, &f);
	if (!row.made)
		return;
	row.ticket = f.id;
	if (req->who.kind == WHO_STAFF || req->who.kind == WHO_CITIZEN)
		join_alone(req, &row);
	else
		batch_join(req, &joins, &row);
}

static void add_targets(struct db_unit *u, const void *rows, size_t n)
{
	const struct target_row *row = rows;

	sql_ticket_join_target(u, .numbers = DB_COLUMN(row, n, number),
		.once_keys = DB_COLUMN(row, n, once_key), .now = clock_wall_ms());
}

static void targeted(struct req *req, const PGresult *result, int row)
{
	must(row >= 0);
	struct str refusal = db_cell(result, row, "refusal");

	if (refusal.at)
		error_refused(req, refusal, db_cell(result, row, "detail"), "ticket_join_target");
	else
		join(req, result, row);
}

static const struct batch_plan targets = {.name = "ticket_join_target",
	.row_size = sizeof(struct target_row),
	.add = add_targets,
	.then = targeted};

void ticket_join(struct req *req)
{
	const struct ticket_join *in = req->input;
	struct code code;

	if (filing_refuses_staff(req))
		return;
	if (in->contact && !in->contact->name.at && !in->contact->phone.at && !in->contact->email.at &&
		!in->contact->address.at)
		req_fault(req, "pointer", STR("/contact"), FAULT_required);
	if (reply_faults(req))
		return;
	if (code_parse(keys_purpose(req->app->keys, KEY_TICKET_CODE), str_of(req->app->config->code_prefix),
		    in->ticket, &code) < 0) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	batch_join(req, &targets, &(struct target_row){.number = code.number, .once_key = req->once_key});
}
