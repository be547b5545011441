/* POST /v1/tickets: a citizen files. Routing, profile and deadlines are decided in memory; one statement stores it all. */
#include "app/ticket/ticket.h"

#include <math.h>

#include "app/ticket/number.h"
#include "auth/seal.h"
#include "auth/ticket_secret.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/metric.h"
#include "civil/city.h"
#include "civil/code.h"
#include "civil/text.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

/* What the database needs beside the citizen's words. */
struct filing {
	int64_t now_ms;
	struct uuid id, event;
	struct code code;
	struct decision decision;
	struct sealed contact;
	struct str phone_index, email_index;
};

/* Members that fit their shape but not the reference data. */
static void check_references(struct req *req, const struct ticket_file *in, int64_t now_ms)
{
	const struct city *city = req->app->city;
	int32_t today = calendar_local_day(city->calendar, now_ms / 1000);

	if (city_category(city, in->category, today) == NULL)
		req_fault(req, "pointer", STR("/category"), FAULT_ended);
	if (in->area.at != NULL && city_area(city, in->area, today) == NULL)
		req_fault(req, "pointer", STR("/area"), FAULT_ended);
	if (in->anonymous && in->contact != NULL)
		req_fault(req, "pointer", STR("/contact"), FAULT_not_allowed);
	if (in->contact != NULL && in->contact->name.at == NULL && in->contact->phone.at == NULL &&
		in->contact->email.at == NULL && in->contact->address.at == NULL)
		req_fault(req, "pointer", STR("/contact"), FAULT_required);
}

static void put_member(struct buf *b, const char *name, struct str value)
{
	if (value.at == NULL)
		return;
	buf_printf(b, "%s\"%s\":", b->len > 1 ? "," : "", name);
	buf_json(b, value);
}

/* Contact data leaves this function sealed; the plain text lives only in the request's arena. */
static void seal_contact(struct req *req, const struct ticket_file_contact *contact, struct filing *f)
{
	if (contact == NULL)
		return;
	const struct keys *keys = req->app->keys;
	struct buf b = {.arena = req->arena};
	buf_byte(&b, '{');
	put_member(&b, "name", contact->name);
	put_member(&b, "phone", contact->phone);
	put_member(&b, "email", contact->email);
	put_member(&b, "address", contact->address);
	buf_byte(&b, '}');
	seal(req->arena, keys, (struct str){(const char *)f->id.byte, sizeof f->id.byte}, buf_str(&b),
		&f->contact);
	if (contact->phone.at != NULL)
		f->phone_index = seal_blind_index(req->arena, keys, contact->phone);
	if (contact->email.at != NULL)
		f->email_index = seal_blind_index(req->arena, keys, contact->email);
}

/* The secret is not in the database: it is put into the body that PostgreSQL built. */
static struct str with_secret(struct req *req, struct str body, struct str secret)
{
	return arena_printf(
		req->arena, "{\"secret\":\"%.*s\",%.*s", STR_ARG(secret), (int)body.len - 1, body.at + 1);
}

static void filed(struct req *req, PGresult *const *results)
{
	const PGresult *row = results[0];
	struct str outcome = db_cell(row, 0, "outcome");

	if (str_eq(outcome, STR("key_reused"))) {
		reply_problem(req, PROBLEM_idempotency_key_reused, STR_NONE);
		return;
	}
	if (str_eq(outcome, STR("replayed"))) {
		metric_add(METRIC_idempotent_replays, 1);
		reply_header(req, "Idempotent-Replayed", STR("true"));
	} else {
		metric_add(METRIC_tickets_filed, 1);
	}
	struct str secret = ticket_secret(
		req->arena, req->app->keys, db_cell_int(row, 0, "number"), db_cell_int(row, 0, "generation"));
	reply_header(req, "Location", STR("/v1/tracking"));
	reply_json(req, 201, with_secret(req, db_cell(row, 0, "body"), secret));
}

#define ONE_OF(kind, type, expression) ((struct kind){(type[]){expression}, 1})
#define TEXT(expression)	       ONE_OF(db_texts, struct str, expression)
#define INT(expression)		       ONE_OF(db_ints, int64_t, expression)
#define TIME(seconds)		       ONE_OF(db_times, int64_t, (seconds) == 0 ? DB_NO_INT : (seconds)*1000)

static void store(struct req *req, const struct ticket_file *in, const struct filing *f)
{
	const struct decision *d = &f->decision;
	const struct filing_facts facts = {in->kind, in->category, in->area, f->now_ms / 1000};
	struct str folded =
		text_fold(req->arena, arena_printf(req->arena, "%.*s\n%.*s\n%.*s", STR_ARG(in->title),
					      STR_ARG(in->text), STR_ARG(in->location_text)));
	struct str code = code_format(req->arena, keys_purpose(req->app->keys, KEY_TICKET_CODE),
		str_of(req->app->config->code_prefix), f->code);
	struct db_unit *u = db_unit(req);

	sql_ticket_file(u, .ids = ONE_OF(db_uuids, struct uuid, f->id), .numbers = INT(f->code.number),
		.codes = TEXT(code), .kinds = TEXT(in->kind), .categories = TEXT(in->category),
		.areas = TEXT(in->area), .titles = TEXT(in->title), .texts = TEXT(in->text),
		.folded = TEXT(folded), .location_texts = TEXT(in->location_text),
		.lons = ONE_OF(db_floats, double, in->point == NULL ? NAN : in->point->lon),
		.lats = ONE_OF(db_floats, double, in->point == NULL ? NAN : in->point->lat),
		.languages = TEXT(in->language), .channels = TEXT(in->channel),
		.anonymous = ONE_OF(db_bools, bool, in->anonymous), .visibilities = TEXT(d->visibility),
		.sights = TEXT(d->sight), .levels = TEXT(d->level), .departments = INT(d->department->id),
		.policies = INT(d->policy == NULL ? DB_NO_INT : d->policy->id),
		.routes = TEXT(decision_explain(req->arena, d, &facts)),
		.filed_at = ONE_OF(db_times, int64_t, f->now_ms), .accept_due = TIME(d->accept_due),
		.answer_due = TIME(d->answer_due),
		.contact_epochs = INT(f->contact.box.at == NULL ? DB_NO_INT : f->contact.epoch),
		.contact_wrapped = TEXT(f->contact.wrapped), .contact_boxes = TEXT(f->contact.box),
		.contact_commitments = TEXT(f->contact.commitment), .phone_index = TEXT(f->phone_index),
		.email_index = TEXT(f->email_index), .once_keys = TEXT(req->once_key),
		.once_fingerprints = TEXT(req->once_fingerprint),
		.events = ONE_OF(db_uuids, struct uuid, f->event));
	db_run(u, filed);
}

void ticket_file(struct req *req)
{
	const struct ticket_file *in = req->input;
	struct filing f = {.now_ms = clock_wall_ms(), .id = uuid_new(), .event = uuid_new()};
	const struct filing_facts facts = {in->kind, in->category, in->area, f.now_ms / 1000};

	if (req->app->city == NULL) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	check_references(req, in, f.now_ms);
	if (reply_faults(req))
		return;
	int year;
	clock_civil_from_days(
		calendar_local_day(req->app->city->calendar, facts.at), &year, &(int){0}, &(int){0});
	f.code = (struct code){.number = numbers_take(req->app), .year = year % 100};
	if (f.code.number < 0 || city_decide(req->app->city, &facts, &f.decision) < 0) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	seal_contact(req, in->contact, &f);
	store(req, in, &f);
}
