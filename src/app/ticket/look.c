/* A ticket as staff see it. Who looks at the same time looks together, and the page of a version that was
 * seen lately is kept. */
#include <inttypes.h>
#include <string.h>

#include "app/ticket/clocks.h"
#include "app/ticket/ticket.h"
#include "base/clock.h"
#include "base/kept.h"
#include "base/must.h"
#include "civil/clock.h"
#include "db/answer.h"
#include "db/batch.h"
#include "db/error.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

enum {
	MINUTE_MS = 60000,
	CLOCK_SEPARATOR = '\x1e', /* of look_page() */
	PART_SEPARATOR = '\x1f'
};

struct row {
	struct uuid account, session, ticket;
	struct kept_stamp known;
	int64_t now_ms, soon_ms, soon_later_ms; /* what counts as near now and a minute from now */
	const struct str *may;			/* as in struct req: of one route, so the same for all */
	unsigned nmay;
};

static void add_looks(struct db_unit *u, const void *rows, size_t n)
{
	const struct row *row = rows;

	sql_ticket_look(u, .accounts = DB_COLUMN(row, n, account), .sessions = DB_COLUMN(row, n, session),
		.tickets = DB_COLUMN(row, n, ticket), .versions = DB_COLUMN(row, n, known.version),
		.bases = DB_COLUMN(row, n, known.basis), .may = {row->may, row->nmay, 0}, .now = row->now_ms,
		.soon = row->soon_ms, .soon_later = row->soon_later_ms);
}

/* What staff see of a ticket depends on who they are. */
static struct kept_key page_key(const struct req *req)
{
	struct kept_key key;

	memcpy(&key.part[0], &req->args[0].uuid, sizeof(struct uuid));
	memcpy(&key.part[2], &req->who.account, sizeof(struct uuid));
	return key;
}

/* What is left of the time of each clock is counted now, although the page may be kept. */
static void put_page(struct req *req, struct str page, struct buf *out)
{
	struct str ticket, part, due;
	const char *comma = "";

	str_next(&page, CLOCK_SEPARATOR, &ticket);
	buf_put(out, ticket);
	buf_put(out, STR(",\"clocks\":["));
	while (str_next(&page, CLOCK_SEPARATOR, &part)) {
		struct clock_told clock = {.due_ms = DB_NO_INT};
		str_next(&part, PART_SEPARATOR, &clock.object);
		if (str_next(&part, PART_SEPARATOR, &due) && str_to_i64(due, &clock.due_ms) == 0) {
			str_next(&part, PART_SEPARATOR, &clock.calendar);
			str_next(&part, PART_SEPARATOR, &clock.unit);
		}
		buf_put(out, str_of(comma));
		clock_put(req, &clock, out);
		comma = ",";
	}
	buf_put(out, STR("]}"));
}

/* The page that PostgreSQL built, or the kept one (req->made) when it says that nothing has changed. */
static void looked(struct req *req, const PGresult *result, int row)
{
	struct buf out = {.arena = req->arena};

	if (row < 0) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	struct str refusal = db_cell(result, row, "refusal");
	if (refusal.at) {
		error_refused(req, refusal, STR_NONE, "ticket_look");
		return;
	}
	struct str page = db_cell(result, row, "page");
	const struct kept_stamp stamp = {.version = db_cell_int(result, row, "version"),
		.basis = db_cell_int(result, row, "basis"),
		.fresh_until_ms = db_cell_int(result, row, "fresh_until_ms")};
	if (page.at) {
		const struct kept_key key = page_key(req);
		kept_keep(req->app->looked, &key, stamp, clock_wall_ms(), page);
		req->made = page;
	}
	must(req->made.at);
	put_page(req, req->made, &out);
	reply_etag(req, arena_printf(req->arena, "%" PRId64, stamp.version));
	reply_json(req, 200, buf_str(&out));
}

static const struct batch_plan looks = {.name = "ticket_look",
	.row_size = sizeof(struct row),
	.staff = true,
	.add = add_looks,
	.then = looked};

void ticket_show(struct req *req)
{
	const struct kept_key key = page_key(req);
	const struct city *city = req->app->city;
	int64_t now_ms = clock_wall_ms();
	const struct row row = {.account = req->who.account,
		.session = req->who.session,
		.ticket = req->args[0].uuid,
		.known = kept_find(req->app->looked, &key, now_ms, req->arena, &req->made),
		.now_ms = now_ms,
		.soon_ms = clock_soon(city, now_ms),
		.soon_later_ms = clock_soon(city, now_ms + MINUTE_MS),
		.may = req->may,
		.nmay = req->nmay};

	batch_join(req, &looks, &row);
}
