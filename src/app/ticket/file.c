/* POST /v1/tickets: a citizen files, or a clerk in the name of one. Routing, profile and deadlines are
 * decided in memory; one statement stores it all (filing_row.c). What else files tickets comes through
 * app/ticket/filing.h.
 */
#include "app/ticket/ticket.h"

#include <errno.h>
#include <math.h>

#include "app/ticket/filed.h"
#include "app/ticket/filing.h"
#include "app/ticket/filing_row.h"
#include "app/ticket/number.h"
#include "auth/contact.h"
#include "auth/receipt.h"
#include "auth/seal.h"
#include "auth/ticket_secret.h"
#include "auth/upload_token.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/metric.h"
#include "base/must.h"
#include "civil/code.h"
#include "civil/danger.h"
#include "civil/decide.h"
#include "civil/text.h"
#include "db/answer.h"
#include "db/batch.h"
#include "gen/shapes.h"
#include "gen/sql/ticket.h"
#include "http/reply.h"

static bool is_emergency(const struct ticket_file *in)
{
	return str_eq(in->kind, STR("emergency"));
}

/* Members that fit their shape but not the reference data. */
static void check_references(struct req *req, const struct ticket_file *in, int64_t now_ms)
{
	const struct city *city = req->app->city;
	int32_t today = calendar_local_day(city->calendar, now_ms / 1000);

	if (!city_category(city, in->category, today))
		req_fault(req, "pointer", STR("/category"), FAULT_ended);
	if (in->area.at && !city_area(city, in->area, today))
		req_fault(req, "pointer", STR("/area"), FAULT_ended);
	if (in->point && !is_emergency(in) && !city_may_be_at(city, in->point->lon, in->point->lat))
		req_fault(req, "pointer", STR("/point"), FAULT_elsewhere);
	if (in->anonymous && in->contact)
		req_fault(req, "pointer", STR("/contact"), FAULT_not_allowed);
	if (in->contact && !in->contact->name.at && !in->contact->phone.at && !in->contact->email.at &&
		!in->contact->address.at)
		req_fault(req, "pointer", STR("/contact"), FAULT_required);
}

/* Only who denounces or complains names somebody that the ticket is kept from. */
void filing_check_against(
	struct req *req, struct str kind, struct str department, struct str pointer, int64_t at)
{
	const struct city *city = req->app->city;

	if (!str_eq(kind, STR("denunciation")) && !str_eq(kind, STR("complaint")))
		req_fault(req, "pointer", pointer, FAULT_not_allowed);
	else if (!city_valid_department(
			 city, city_department(city, department), calendar_local_day(city->calendar, at)))
		req_fault(req, "pointer", arena_printf(req->arena, "%.*s/department", STR_ARG(pointer)),
			FAULT_ended);
}

/* Who petitions together needs somebody who speaks for all and can be reached. */
static void check_petition(struct req *req, const struct ticket_file *in)
{
	const struct ticket_file_contact *speaker = in->contact;

	if (!in->petition)
		return;
	if (in->anonymous)
		req_fault(req, "pointer", STR("/petition"), FAULT_not_allowed);
	else if (!speaker)
		req_fault(req, "pointer", STR("/contact"), FAULT_required);
	else if (!speaker->name.at)
		req_fault(req, "pointer", STR("/contact/name"), FAULT_required);
	else if (!speaker->phone.at && !speaker->email.at && !speaker->address.at)
		req_fault(req, "pointer", STR("/contact/phone"), FAULT_required);
}

/* ID:TOKEN. A wrong token is answered like an upload that is not there. */
static void read_upload(struct req *req, struct str pair, struct str pointer, struct uuid *ret_id)
{
	if (!upload_token_pair(req->arena, req->app->keys, pair, ret_id))
		req_fault(req, "pointer", pointer, FAULT_unknown);
}

static void read_uploads(struct req *req, const struct ticket_file *in, struct filing_row *row)
{
	struct uuid *ids = arena_alloc(req->arena, (in->uploads.n + 1) * sizeof(*ids));
	struct str *places = arena_alloc(req->arena, (in->uploads.n + 1) * sizeof(*places));

	for (size_t i = 0; i < in->uploads.n; i++) {
		places[i] = arena_printf(req->arena, "/uploads/%zu", i);
		read_upload(req, in->uploads.items[i], places[i], &ids[i]);
	}
	row->uploads = ids;
	row->places = places;
	row->nuploads = in->uploads.n;
	if (in->petition)
		row->people = in->petition->people;
	if (in->petition && in->petition->list.at) {
		places[row->nuploads] = STR("/petition/list");
		read_upload(req, in->petition->list, places[row->nuploads], &row->list);
		ids[row->nuploads++] = row->list;
	}
}

/* For this ticket, whose id has been chosen. */
static void seal_plain(struct req *req, struct str plain, struct filing_row *row)
{
	struct sealed sealed;

	seal(req->arena, req->app->keys, uuid_bytes(&row->id), plain, &sealed);
	row->contact_epoch = sealed.epoch;
	row->contact_wrapped = sealed.wrapped;
	row->contact_box = sealed.box;
	row->contact_commitment = sealed.commitment;
}

/* Contact data leaves this function sealed; the plain text lives only in the request's arena. */
static void seal_contact(struct req *req, const struct ticket_file_contact *contact, struct filing_row *row)
{
	const struct keys *keys = req->app->keys;

	row->contact_epoch = DB_NO_INT;
	if (!contact)
		return;
	const struct contact plain = {contact->name, contact->phone, contact->email, contact->address};
	seal_plain(req, contact_write(req->arena, &plain), row);
	if (contact->phone.at)
		row->phone_index = seal_blind_index(req->arena, keys, contact->phone);
	if (contact->email.at)
		row->email_index = seal_blind_index(req->arena, keys, contact->email);
}

/* The secret is not in the database: it is put into the body. Whom to call in danger stands before everything
 * else. */
static struct str with_secret(struct req *req, struct str body, struct str secret)
{
	struct buf b = {.arena = req->arena};

	buf_byte(&b, '{');
	if (req->made.at)
		buf_printf(&b, "\"emergency\":%.*s,", STR_ARG(req->made));
	buf_printf(&b, "\"secret\":\"%.*s\",", STR_ARG(secret));
	buf_put(&b, (struct str){body.at + 1, body.len - 1});
	return buf_str(&b);
}

void filing_answer(struct req *req, const PGresult *result, int row, struct str body)
{
	struct str outcome = db_cell(result, row, "outcome");

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
	struct str secret = ticket_secret(req->arena, req->app->keys, db_cell_int(result, row, "number"),
		db_cell_int(result, row, "generation"));
	reply_header(req, "Location", STR("/v1/tracking"));
	reply_json(req, 201, with_secret(req, body, secret));
}

static void filed(struct req *req, const PGresult *result, int row)
{
	must(row >= 0);
	bool new = str_eq(db_cell(result, row, "outcome"), STR("filed"));

	filing_answer(req, result, row,
		new ? filed_body(req->arena, req->kept, result, row) : db_cell(result, row, "body"));
}

static const struct batch_plan filings = {
	.name = "ticket_file", .row_size = sizeof(struct filing_row), .add = filing_rows_add, .then = filed};

bool filing_is_crowded(const struct app *app)
{
	return batch_crowded(app->db, &filings);
}

/* What the citizen wrote. */
static void copy_words(struct req *req, const struct ticket_file *in, struct filing_row *row)
{
	row->kind = in->kind;
	row->category = in->category;
	row->area = in->area;
	row->title = in->title;
	row->text = in->text;
	row->location_text = in->location_text;
	row->language = in->language;
	row->channel = in->channel;
	row->against = in->against ? in->against->department : STR_NONE;
	row->anonymous = in->anonymous;
	row->lon = in->point ? in->point->lon : NAN;
	row->lat = in->point ? in->point->lat : NAN;
	row->folded = text_fold(req->arena, arena_printf(req->arena, "%.*s\n%.*s\n%.*s", STR_ARG(in->title),
						    STR_ARG(in->text), STR_ARG(in->location_text)));
}

static struct clock_row clock_row(struct arena *arena, const struct clock_offer *o)
{
	return (struct clock_row){.kind = str_of(clock_kind_code(o->kind)),
		.unit = str_of(deadline_unit_code(o->limit.unit)),
		.calendar = arena_str(arena, calendar_code(o->calendar)),
		.version = calendar_version(o->calendar),
		.start = o->start * 1000,
		.due = o->due * 1000,
		.alarm = o->alarm == CLOCK_NEVER ? DB_NO_INT : o->alarm * 1000,
		.amount = o->limit.amount,
		.waits = o->waits};
}

/* A copy, as of what is decided. */
static struct str told_in_danger(struct req *req, const struct filing_row *row)
{
	const struct city *city = req->app->city;
	struct str told = danger_told(city, req->arena, row->folded, str_eq(row->kind, STR("emergency")),
		calendar_local_day(city->calendar, row->filed_at / 1000));

	return told.at ? arena_str(req->arena, told) : STR_NONE;
}

/* What the rules mark it with, in the arena of the request. */
static void copy_marks(struct req *req, const struct decision *d, struct filing_row *row)
{
	const struct rule_list *tags = &d->rules.list[EFFECT_TAG - EFFECT_SINGLES],
			       *flags = &d->rules.list[EFFECT_FLAG - EFFECT_SINGLES];
	struct filing_mark *mark = NULL;

	row->nmarks = tags->n + flags->n;
	if (row->nmarks > 0)
		mark = arena_alloc(req->arena, row->nmarks * sizeof(*mark));
	row->marks = mark;
	for (unsigned i = 0; i < tags->n; i++)
		*mark++ = (struct filing_mark){arena_str(req->arena, tags->at[i]), false};
	for (unsigned i = 0; i < flags->n; i++)
		*mark++ = (struct filing_mark){arena_str(req->arena, flags->at[i]), true};
}

/* Who gets it, under which deadlines, and why, and what of that is told (NULL: nothing). False after an
 * answer: the city has no rule for it yet, or nobody but who is denounced. */
static bool decide(struct req *req, struct filing_row *row, struct filed_told **ret_told)
{
	struct filing_facts facts = {.kind = row->kind,
		.category = row->category,
		.area = row->area,
		.at = row->filed_at / 1000,
		.against = row->against,
		.language = row->language,
		.channel = row->channel,
		.folded = row->folded,
		.loads = req->app->loads};
	struct decision d;
	int status;

	row->danger = told_in_danger(req, row);
	facts.danger = row->danger.at != NULL;
	status = decide_filing(req->arena, req->app->city, &facts, &d);

	if (status < 0) {
		reply_problem(
			req, status == -EHOSTUNREACH ? PROBLEM_nobody_above : PROBLEM_unavailable, STR_NONE);
		return false;
	}
	row->department = d.department->id;
	row->policy = d.policy ? d.policy->id : DB_NO_INT;
	/* Copies: the row may outlive this city, see reference.h. */
	row->visibility = arena_str(req->arena, d.visibility);
	row->sight = arena_str(req->arena, d.sight);
	row->level = arena_str(req->arena, d.level);
	row->route = decide_explain(req->arena, &d, &facts);
	copy_marks(req, &d, row);
	row->nclocks = d.clocks.n;
	for (unsigned i = 0; i < d.clocks.n; i++)
		row->clocks[i] = clock_row(req->arena, &d.clocks.at[i]);
	if (ret_told)
		*ret_told = filed_tell(req->arena, row, req->app->city, &d, &facts);
	return true;
}

/* False after an answer: there is no number to be had just now. */
static bool name_it(struct req *req, struct filing_row *row)
{
	int year;

	clock_civil_from_days(calendar_local_day(req->app->city->calendar, row->filed_at / 1000), &year,
		&(int){0}, &(int){0});
	row->id = uuid_new();
	row->event = uuid_new();
	row->content = receipt_content(req->arena, req->app->keys, &row->id,
		&(struct receipt_words){row->title, row->text, row->location_text});
	row->number = numbers_take(req->app);
	if (row->number < 0) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return false;
	}
	row->code = code_format(req->arena, keys_purpose(req->app->keys, KEY_TICKET_CODE),
		str_of(req->app->config->code_prefix),
		(struct code){.number = row->number, .year = year % 100});
	return true;
}

/* Whether clerks alone file through this channel: they type what somebody says or has written. */
static bool is_typed(struct str channel)
{
	return str_eq(channel, STR("counter")) || str_eq(channel, STR("phone")) ||
	       str_eq(channel, STR("letter"));
}

bool filing_refuses_staff(struct req *req)
{
	static const char *const staff[LANG_COUNT] = {
		[LANG_VI] =
			"Ghi hộ người khác thì nêu kênh (counter, phone, letter); cán bộ tự gửi cho mình thì "
			"gửi không kèm phiên đăng nhập của cán bộ.",
		[LANG_EN] =
			"To file what somebody else says name the channel (counter, phone, letter); to file "
			"for yourself leave your session as staff out."};
	bool refused = req->who.kind == WHO_STAFF && !req->who.program;

	if (refused)
		reply_problem(req, PROBLEM_forbidden, str_of(staff[req->lang]));
	return refused;
}

/* Clerks type what others say, and nobody else does. Whoever is in danger is not asked how they came in. */
static bool may_file(struct req *req, const struct ticket_file *in, bool typed)
{
	static const char *const clerks[LANG_COUNT] = {
		[LANG_VI] =
			"Kênh này (trực tiếp, điện thoại, thư) dành cho cán bộ tiếp nhận đã đăng nhập; tự "
			"gửi thì dùng kênh web, hoặc bỏ trống.",
		[LANG_EN] =
			"This channel (counter, phone, letter) is for clerks who have signed in; to file for "
			"yourself use the channel web, or leave it out."};

	if (!typed)
		return is_emergency(in) || !filing_refuses_staff(req);
	if (req->who.kind == WHO_STAFF)
		return true;
	reply_problem(req, req->who.kind == WHO_ANYONE ? PROBLEM_unauthorized : PROBLEM_forbidden,
		str_of(clerks[req->lang]));
	return false;
}

static void filed_alone(struct req *req, PGresult *const *results)
{
	filed(req, answer_find(results, "outcome"), 0);
}

/* Not with the batch of those who have no caller: whether their session is open, and whether this one is a
 * clerk, says the database, and a refusal is nobody else's. */
static void file_alone(struct req *req, const struct filing_row *made, bool typed)
{
	struct filing_row *row = arena_alloc(req->arena, sizeof(*row));
	struct db_unit *u = db_unit(req);

	*row = *made;
	db_unit_ask_caller(u);
	filing_rows_add(u, row, 1);
	if (typed)
		sql_ticket_take_down(u, .ticket = row->id, .at = row->filed_at, .event = uuid_new());
	db_run(u, filed_alone);
}

void ticket_file(struct req *req)
{
	const struct ticket_file *in = req->input;
	struct filing_row row = {.filed_at = clock_wall_ms(),
		.once_key = req->once_key,
		.once_fingerprint = req->once_fingerprint};
	struct filed_told *told;

	if (!req->app->city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	bool typed = is_typed(in->channel);
	if (!may_file(req, in, typed))
		return;
	check_references(req, in, row.filed_at);
	if (in->against)
		filing_check_against(
			req, in->kind, in->against->department, STR("/against"), row.filed_at / 1000);
	check_petition(req, in);
	read_uploads(req, in, &row);
	if (reply_faults(req))
		return;
	copy_words(req, in, &row);
	row.own = req->who.kind == WHO_CITIZEN && !in->anonymous;
	if (!decide(req, &row, &told) || !name_it(req, &row))
		return;
	seal_contact(req, in->contact, &row);
	told->code = row.code;
	req->kept = told;
	req->made = row.danger;
	if (req->who.kind == WHO_STAFF || req->who.kind == WHO_CITIZEN)
		file_alone(req, &row, typed);
	else
		batch_join(req, &filings, &row);
}

/* --- filing by other ways ------------------------------------------------------------------------------- */

/* What a ticket that is no case of its own has instead of a decision. */
static void stand_by(const struct filing *f, struct filing_row *row)
{
	row->department = f->joined_department;
	row->policy = DB_NO_INT;
	row->visibility = STR("private");
	row->sight = STR("private");
	row->level = STR("normal");
	row->route = STR("{\"reason\":\"joined\"}");
}

static bool make(struct req *req, struct filing *f, struct filing_row *row)
{
	*row = (struct filing_row){.kind = f->kind,
		.category = f->category,
		.area = f->area,
		.title = f->title,
		.text = f->text,
		.location_text = f->location_text,
		.language = f->language,
		.channel = f->channel,
		.against = f->against,
		.anonymous = f->anonymous,
		.own = req->who.kind == WHO_CITIZEN,
		.lon = NAN,
		.lat = NAN,
		.filed_at = f->filed_at,
		.contact_epoch = DB_NO_INT,
		.phone_index = f->phone_index,
		.email_index = f->email_index,
		.once_key = f->joined_department ? req->once_key : STR_NONE,
		.once_fingerprint = f->joined_department ? req->once_fingerprint : STR_NONE};
	row->folded = text_fold(req->arena, arena_printf(req->arena, "%.*s\n%.*s\n%.*s", STR_ARG(f->title),
						    STR_ARG(f->text), STR_ARG(f->location_text)));
	if (f->joined_department)
		stand_by(f, row);
	else if (!decide(req, row, NULL))
		return false;
	if (!name_it(req, row))
		return false;
	if (f->contact.at)
		seal_plain(req, f->contact, row);
	f->id = row->id;
	return true;
}

const void *filing_make(struct req *req, struct filing *filing)
{
	struct filing_row *row = arena_alloc(req->arena, sizeof(*row));

	if (!req->app->city) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return NULL;
	}
	return make(req, filing, row) ? row : NULL;
}

void filing_add(struct db_unit *u, const void *const *made, size_t n)
{
	struct filing_row *rows = arena_alloc(db_unit_arena(u), n * sizeof(*rows));

	for (size_t i = 0; i < n; i++)
		rows[i] = *(const struct filing_row *)made[i];
	filing_rows_add(u, rows, n);
}
