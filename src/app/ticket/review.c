/* Moves of the citizen: a second look, an appeal, the withdrawal, closing. Two units of work, because clocks
 * start in the calendar of a holder that only the database knows: the first names it, the second moves the
 * ticket, at the same version. */
#include "app/ticket/ticket.h"

#include "app/record/once.h"
#include "app/ticket/offers.h"
#include "base/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

struct wish {
	const char *action, *state; /* where it leads */
	struct str reason;
};

static void ask_holder(struct req *req, const char *action, db_then *then)
{
	struct db_unit *u = db_unit(req);

	once_replay(u, req);
	sql_ticket_tracking_holder(u, .number = req->who.ticket_number, .generation = req->who.generation,
		.action = str_of(action), .at = req_began_ms(req));
	db_run(u, then);
}

static void move(struct req *req, const PGresult *found, const struct wish *wish)
{
	const struct city *city = req->app->city;
	const struct department *holder =
		city ? city_department(city, db_cell(found, 0, "department")) : NULL;
	int64_t now_ms = req_began_ms(req);
	struct offers offers;
	char at[CLOCK_RFC3339_SIZE];

	if (!holder) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	struct db_unit *u = db_unit(req);
	clock_format(now_ms, at);
	req->made = arena_printf(req->arena, "{\"state\":\"%s\",\"at\":\"%s\"}", wish->state, at);
	offers_make(req, holder, now_ms, &offers);
	once_claim(u, req);
	sql_ticket_tracking_move(u, .number = req->who.ticket_number, .generation = req->who.generation,
		.version = db_cell_int(found, 0, "version"), .action = str_of(wish->action),
		.reason = wish->reason, .at = now_ms, .policies = DB_COLUMN(offers.rows, offers.n, policy),
		.kinds = DB_COLUMN(offers.rows, offers.n, kind),
		.dues = DB_COLUMN(offers.rows, offers.n, due),
		.alarms = DB_COLUMN(offers.rows, offers.n, alarm),
		.units = DB_COLUMN(offers.rows, offers.n, unit),
		.amounts = DB_COLUMN(offers.rows, offers.n, amount),
		.calendar = calendar_code(holder->calendar),
		.calendar_version = calendar_version(holder->calendar), .event = uuid_new());
	once_finish(u, req, 201, req->made);
	db_run(u, answer_made);
}

static void second_look(struct req *req, PGresult *const *found)
{
	const struct tracking_second_look *in = req->input;

	move(req, answer_find(found, "department"),
		&(const struct wish){"second_look", "reopened", in->reason});
}

void tracking_second_look(struct req *req)
{
	ask_holder(req, "second_look", second_look);
}

static void appeal(struct req *req, PGresult *const *found)
{
	const struct tracking_appeal *in = req->input;

	move(req, answer_find(found, "department"), &(const struct wish){"appeal", "appealed", in->reason});
}

void tracking_appeal(struct req *req)
{
	ask_holder(req, "appeal", appeal);
}

static void withdraw(struct req *req, PGresult *const *found)
{
	const struct tracking_withdraw *in = req->input;

	move(req, answer_find(found, "department"),
		&(const struct wish){"withdraw", "withdrawn", in->reason});
}

void tracking_withdraw(struct req *req)
{
	ask_holder(req, "withdraw", withdraw);
}

static void close_it(struct req *req, PGresult *const *found)
{
	move(req, answer_find(found, "department"), &(const struct wish){"close", "closed", STR_NONE});
}

void tracking_close(struct req *req)
{
	ask_holder(req, "close", close_it);
}
