/* Splitting a ticket about several matters: one of them is filed as a ticket of its own, as of the day of the
 * whole, with the same contact sealed anew. Two units of work: the contact has to be opened in between. */
#include "app/ticket/ticket.h"

#include "app/ticket/clocks.h"
#include "app/ticket/filing.h"
#include "auth/seal.h"
#include "auth/ticket_secret.h"
#include "civil/city.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

/* False: it does not open. Absent: there is none. */
static bool open_contact(struct req *req, const PGresult *row, struct str *ret)
{
	const struct sealed sealed = {.epoch = db_cell_int(row, 0, "epoch"),
		.wrapped = db_cell_bytes(req->arena, row, 0, "wrapped"),
		.box = db_cell_bytes(req->arena, row, 0, "box")};
	struct str owner = {(const char *)req->args[0].uuid.byte, sizeof(req->args[0].uuid.byte)};

	*ret = sealed.box.at ? seal_open(req->arena, req->app->keys, owner, &sealed) : STR_NONE;
	return !sealed.box.at || ret->at;
}

static struct str cell_kept(struct req *req, const PGresult *row, const char *column)
{
	struct str cell = db_cell(row, 0, column);

	return cell.at ? arena_str(req->arena, cell) : STR_NONE;
}

/* What the part has from the whole, and what is its own. False after an answer. */
static bool make_part(struct req *req, const PGresult *whole, struct filing *ret)
{
	const struct ticket_split *in = req->input;

	*ret = (struct filing){.kind = in->kind.at ? in->kind : cell_kept(req, whole, "kind"),
		.category = in->category,
		.area = in->area.at ? in->area : cell_kept(req, whole, "area"),
		.title = in->title,
		.text = in->text,
		.location_text = cell_kept(req, whole, "location_text"),
		.language = cell_kept(req, whole, "language"),
		.channel = cell_kept(req, whole, "channel"),
		.anonymous = db_cell_flag(whole, 0, "anonymous"),
		.filed_at = db_cell_int(whole, 0, "filed_at_ms"),
		.phone_index = db_cell_bytes(req->arena, whole, 0, "phone_index"),
		.email_index = db_cell_bytes(req->arena, whole, 0, "email_index")};
	if (!open_contact(req, whole, &ret->contact)) {
		reply_problem(req, PROBLEM_internal, STR_NONE);
		return false;
	}
	return true;
}

static void split(struct req *req, PGresult *const *results)
{
	const struct ticket_split *in = req->input;
	int64_t now_ms = req_began_ms(req);
	struct filing part;

	if (!make_part(req, answer_find(results, "filed_at_ms"), &part))
		return;
	const void *made = filing_make(req, &part);
	if (!made)
		return;
	struct db_unit *u = db_unit(req);
	filing_add(u, made);
	sql_ticket_split(u, .ticket = req->args[0].uuid, .version = req->if_match, .part = part.id,
		.reason = in->reason, .at = now_ms, .event = uuid_new());
	clocks_add(u, req, now_ms);
	db_run(u, answer_ticket);
}

void ticket_split(struct req *req)
{
	const struct ticket_split *in = req->input;
	const struct city *city = req->app->city;

	if (!city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	int32_t today = calendar_local_day(city->calendar, req_began_ms(req) / 1000);
	if (!city_category(city, in->category, today))
		req_fault(req, "pointer", STR("/category"), FAULT_ended);
	if (in->area.at && !city_area(city, in->area, today))
		req_fault(req, "pointer", STR("/area"), FAULT_ended);
	if (reply_faults(req))
		return;
	struct db_unit *u = db_unit(req);
	sql_ticket_split_source(u, .ticket = req->args[0].uuid, .version = req->if_match);
	db_run(u, split);
}

/* --- the citizen of the whole --------------------------------------------------------------------------- */

static void splits_shown(struct req *req, PGresult *const *results)
{
	const PGresult *rows = answer_find(results, "generation");
	struct buf out = {.arena = req->arena};

	buf_put(&out, STR("{\"items\":["));
	for (int i = 0; i < PQntuples(rows); i++) {
		struct str item = db_cell(rows, i, "item");
		struct str secret = ticket_secret(req->arena, req->app->keys, db_cell_int(rows, i, "number"),
			db_cell_int(rows, i, "generation"));

		/* The secret is not in the database: it is put into the item that PostgreSQL built. */
		buf_printf(&out, "%s{\"secret\":\"%.*s\",%.*s", i > 0 ? "," : "", STR_ARG(secret),
			(int)item.len - 1, item.at + 1);
	}
	buf_put(&out, STR("],\"next_cursor\":null}"));
	reply_json(req, 200, buf_str(&out));
}

void tracking_splits(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_ticket_tracking_splits(u, .number = req->who.ticket_number, .generation = req->who.generation);
	db_run(u, splits_shown);
}
