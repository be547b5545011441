/* What is held about people. */
#include "app/privacy/privacy.h"

#include "app/privacy/opened.h"
#include "auth/citizen_code.h"
#include "auth/seal.h"
#include "base/clock.h"
#include "civil/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/privacy.h"
#include "http/reply.h"

enum {
	FOUND_MOST = 200,
	EXPORT_MOST = 10 /* each with all its texts */
};

bool opened_put(struct req *req, const PGresult *rows, int row, struct buf *out)
{
	struct uuid ticket = db_cell_uuid(rows, row, "ticket");
	const struct sealed sealed = sealed_of(req->arena, rows, row);
	struct str owner = uuid_bytes(&ticket), body = db_cell(rows, row, "body"), plain = STR("null");

	if (sealed.box.at)
		plain = seal_open(req->arena, req->app->keys, owner, &sealed);
	buf_printf(out, "{\"contact\":%.*s,%.*s", STR_ARG(plain), (int)body.len - 1, body.at + 1);
	return plain.at != NULL;
}

void opened_answer(struct req *req, const PGresult *row)
{
	struct buf out = {.arena = req->arena};

	if (opened_put(req, row, 0, &out))
		reply_json(req, 200, buf_str(&out));
	else
		reply_problem(req, PROBLEM_internal, STR_NONE);
}

static void held(struct req *req, PGresult *const *results)
{
	opened_answer(req, results[0]);
}

void tracking_personal_data(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_privacy_held(u, .number = req->who.ticket_number, .generation = req->who.generation);
	db_run(u, held);
}

void tracking_contact_erase(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_privacy_erase_tracked(u, .number = req->who.ticket_number, .generation = req->who.generation,
		.event = uuid_new(), .at = req_began_ms(req));
	db_run(u, answer_nothing);
}

void contact_erase(struct req *req)
{
	const struct contact_erase *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_privacy_erase(u, .ticket = req->args[0].uuid, .reason = in->reason, .event = uuid_new(),
		.at = req_began_ms(req));
	db_run(u, answer_nothing);
}

struct str index_of(struct req *req, struct str text)
{
	return text.at ? seal_blind_index(req->arena, req->app->keys, text) : STR_NONE;
}

/* The body names nobody: false after an answer. */
static bool names_somebody(struct req *req, struct str phone, struct str email)
{
	if (!phone.at && !email.at) {
		req_fault(req, "pointer", STR("/phone"), FAULT_one_required);
		req_fault(req, "pointer", STR("/email"), FAULT_one_required);
	}
	return !reply_faults(req);
}

static struct uuid *new_events(struct req *req, int n)
{
	struct uuid *events = arena_alloc(req->arena, (size_t)n * sizeof(*events));

	for (int i = 0; i < n; i++)
		events[i] = uuid_new();
	return events;
}

void personal_data_search(struct req *req)
{
	const struct personal_data_search *in = req->input;

	if (!names_somebody(req, in->phone, in->email))
		return;
	struct uuid *events = new_events(req, FOUND_MOST);
	struct db_unit *u = db_unit(req);
	sql_privacy_search(u, .phone = index_of(req, in->phone), .email = index_of(req, in->email),
		.account =
			in->email.at ? citizen_email_index(req->arena, req->app->keys, in->email) : STR_NONE,
		.purpose = in->purpose, .events = {events, FOUND_MOST, 0}, .at = req_began_ms(req));
	db_run(u, answer_object);
}

/* --- all of it ------------------------------------------------------------------------------------------ */

static void exported(struct req *req, PGresult *const *results)
{
	reply_header(req, "Content-Disposition",
		arena_printf(req->arena, "attachment; filename=\"%.*s.json\"",
			STR_ARG(db_cell(results[0], 0, "code"))));
	held(req, results);
}

void tracking_export(struct req *req)
{
	int64_t now_ms = clock_wall_ms();
	struct db_unit *u = db_unit(req);

	sql_privacy_export_tracked(u, .number = req->who.ticket_number, .generation = req->who.generation,
		.now = now_ms, .soon = clock_soon(req->app->city, now_ms));
	db_run(u, exported);
}

static void exported_all(struct req *req, PGresult *const *results)
{
	const PGresult *rows = results[0];
	int n = PQntuples(rows), last = n > EXPORT_MOST ? EXPORT_MOST : n;
	struct buf out = {.arena = req->arena};

	buf_put(&out, STR("{\"items\":["));
	for (int i = 0; i < last; i++) {
		buf_put(&out, i == 0 ? STR_NONE : STR(","));
		if (!opened_put(req, rows, i, &out)) {
			reply_problem(req, PROBLEM_internal, STR_NONE);
			return;
		}
	}
	buf_put(&out, STR("],\"next\":"));
	buf_json(&out, n > last ? db_cell(rows, last - 1, "ticket") : STR_NONE);
	buf_byte(&out, '}');
	reply_json(req, 200, buf_str(&out));
}

void personal_data_export(struct req *req)
{
	const struct personal_data_export *in = req->input;
	int64_t now_ms = clock_wall_ms();

	if (!names_somebody(req, in->phone, in->email))
		return;
	struct uuid *events = new_events(req, EXPORT_MOST);
	struct db_unit *u = db_unit(req);
	sql_privacy_export(u, .phone = index_of(req, in->phone), .email = index_of(req, in->email),
		.after = in->after, .purpose = in->purpose, .events = {events, EXPORT_MOST, 0}, .now = now_ms,
		.soon = clock_soon(req->app->city, now_ms));
	db_run(u, exported_all);
}
