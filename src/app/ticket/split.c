/* Splitting a ticket about several matters: some of them are filed as tickets of their own, as of the day of
 * the whole, each with the same contact sealed anew. Two units of work: the contact has to be opened in
 * between. */
#include "app/ticket/ticket.h"

#include "app/ticket/clocks.h"
#include "app/ticket/filing.h"
#include "auth/seal.h"
#include "auth/ticket_secret.h"
#include "base/must.h"
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
	struct str owner = uuid_bytes(&req->args[0].uuid);

	*ret = sealed.box.at ? seal_open(req->arena, req->app->keys, owner, &sealed) : STR_NONE;
	return !sealed.box.at || ret->at;
}

static struct str cell_kept(struct req *req, const PGresult *row, const char *column)
{
	struct str cell = db_cell(row, 0, column);

	return cell.at ? arena_str(req->arena, cell) : STR_NONE;
}

/* What a part has from the whole, and what is its own. */
static struct filing part_of(
	struct req *req, const PGresult *whole, const struct ticket_split_items *item, struct str contact)
{
	return (struct filing){.kind = item->kind.at ? item->kind : cell_kept(req, whole, "kind"),
		.category = item->category,
		.area = item->area.at ? item->area : cell_kept(req, whole, "area"),
		.title = item->title,
		.text = item->text,
		.location_text = cell_kept(req, whole, "location_text"),
		.language = cell_kept(req, whole, "language"),
		.channel = cell_kept(req, whole, "channel"),
		.against = item->against ? item->against->department : cell_kept(req, whole, "against"),
		.anonymous = db_cell_flag(whole, 0, "anonymous"),
		.filed_at = db_cell_int(whole, 0, "filed_at_ms"),
		.contact = contact,
		.phone_index = db_cell_bytes(req->arena, whole, 0, "phone_index"),
		.email_index = db_cell_bytes(req->arena, whole, 0, "email_index")};
}

/* The parts as they are stored: one element a matter, and one a file that goes to one of them. */
struct parts {
	const void **made;
	struct uuid *ids, *files, *file_parts;
	size_t n, nfiles;
};

static void add_files(const struct ticket_split_items *item, struct uuid part, struct parts *parts)
{
	for (size_t i = 0; i < item->attachments.n; i++) {
		must(uuid_parse(item->attachments.items[i], &parts->files[parts->nfiles]));
		parts->file_parts[parts->nfiles++] = part;
	}
}

/* Whom a matter is against is asked by its own kind, which may be that of the whole. */
static void check_against(struct req *req, const PGresult *whole)
{
	const struct ticket_split *in = req->input;
	const struct ticket_split_items *item = in->items.items;

	for (size_t i = 0; i < in->items.n; i++)
		if (item[i].against)
			filing_check_against(req, item[i].kind.at ? item[i].kind : db_cell(whole, 0, "kind"),
				item[i].against->department,
				arena_printf(req->arena, "/items/%zu/against", i), req_began_ms(req) / 1000);
}

/* False after an answer. */
static bool make_parts(struct req *req, const PGresult *whole, struct parts *parts)
{
	const struct ticket_split *in = req->input;
	const struct ticket_split_items *item = in->items.items;
	struct str contact;

	check_against(req, whole);
	if (reply_faults(req))
		return false;
	if (!open_contact(req, whole, &contact)) {
		reply_problem(req, PROBLEM_internal, STR_NONE);
		return false;
	}
	for (; parts->n < in->items.n; parts->n++, item++) {
		struct filing part = part_of(req, whole, item, contact);
		parts->made[parts->n] = filing_make(req, &part);
		if (!parts->made[parts->n])
			return false;
		parts->ids[parts->n] = part.id;
		add_files(item, part.id, parts);
	}
	return true;
}

static struct parts parts_new(struct req *req, const struct ticket_split *in)
{
	const struct ticket_split_items *item = in->items.items;
	size_t nfiles = 0;

	for (size_t i = 0; i < in->items.n; i++)
		nfiles += item[i].attachments.n;
	return (struct parts){.made = arena_alloc(req->arena, in->items.n * sizeof(void *)),
		.ids = arena_alloc(req->arena, in->items.n * sizeof(struct uuid)),
		.files = arena_alloc(req->arena, (nfiles + 1) * sizeof(struct uuid)),
		.file_parts = arena_alloc(req->arena, (nfiles + 1) * sizeof(struct uuid))};
}

static void split(struct req *req, PGresult *const *results)
{
	const struct ticket_split *in = req->input;
	int64_t now_ms = req_began_ms(req);
	struct parts parts = parts_new(req, in);

	if (!make_parts(req, answer_find(results, "filed_at_ms"), &parts))
		return;
	struct db_unit *u = db_unit(req);
	filing_add(u, parts.made, parts.n);
	sql_ticket_split(u, .ticket = req->args[0].uuid, .version = req->if_match,
		.parts = {parts.ids, parts.n}, .files = {parts.files, parts.nfiles},
		.file_parts = {parts.file_parts, parts.nfiles}, .reason = in->reason, .at = now_ms,
		.event = uuid_new());
	clocks_add(u, req, now_ms);
	db_run(u, answer_ticket);
}

/* Notes what fits its shape but not the reference data. */
static void check_item(struct req *req, const struct ticket_split_items *item, size_t place, int32_t today)
{
	const struct city *city = req->app->city;
	struct uuid id;

	if (!city_category(city, item->category, today))
		req_fault(
			req, "pointer", arena_printf(req->arena, "/items/%zu/category", place), FAULT_ended);
	if (item->area.at && !city_area(city, item->area, today))
		req_fault(req, "pointer", arena_printf(req->arena, "/items/%zu/area", place), FAULT_ended);
	for (size_t i = 0; i < item->attachments.n; i++)
		if (!uuid_parse(item->attachments.items[i], &id))
			req_fault(req, "pointer",
				arena_printf(req->arena, "/items/%zu/attachments/%zu", place, i),
				FAULT_bad_format);
}

void ticket_split(struct req *req)
{
	const struct ticket_split *in = req->input;
	const struct ticket_split_items *item = in->items.items;
	const struct city *city = req->app->city;

	if (!city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	int32_t today = calendar_local_day(city->calendar, req_began_ms(req) / 1000);
	for (size_t i = 0; i < in->items.n; i++)
		check_item(req, &item[i], i, today);
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
