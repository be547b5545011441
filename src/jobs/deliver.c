/* Delivery of notices: follow the feed, claim, write, send, say what became of it. */
#include "jobs/deliver.h"

#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/file.h"
#include "base/list.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/must.h"
#include "base/rand.h"
#include "civil/city.h"
#include "civil/quiet.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"
#include "jobs/letter.h"
#include "jobs/mail_target.h"
#include "jobs/smtp.h"

enum {
	TICK_MS = 500,
	FEED_BATCH = 500,
	LEASE_SPARE_MS = 30000,
	RETRY_MAX_MS = 6 * 3600000,
	PAUSE_MAX_MS = 60000,
	PAUSE_FIRST_MS = 1000,
	GIVE_UP_MS = 5 * 86400000, /* without a mail server for so long */
};

struct deliver {
	struct app *app;
	struct mail_target target;
	struct letterhead head;
	struct str domain;
	struct smtp *smtp; /* NULL: files */
	struct event *timer;
	struct list sending; /* parcels at the mail server */
	int64_t paused_until_ms;
	unsigned faults; /* transfers in a row that met no working mail server */
	unsigned busy;	 /* parcels in `sending`, and those whose result is not written yet */
	bool asking;	 /* a unit that makes or claims is out */
	bool more;	 /* the last claim found something: others may be behind it */
	bool stopped;
};

/* One claimed notice. Its arena is freed when its result is in the database. */
struct parcel {
	struct deliver *deliver;
	struct arena *arena;
	struct list in;
	struct letter letter;
	struct smtp_send send;
};

/* --- results -------------------------------------------------------------------------------------------- */

static void set_timer(struct deliver *d, int64_t ms)
{
	const struct timeval in = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	event_add(d->timer, &in);
}

static void written(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct parcel *p = job->state;
	struct deliver *d = p->deliver;

	d->busy--;
	if (!results) /* its claim ends by itself */
		log_warn("notice.result_lost", LOG_STR("sqlstate", str_of(sqlstate)));
	else if (d->busy == 0 && d->more && d->faults == 0 && !d->stopped)
		set_timer(d, 0);
	arena_free(p->arena);
}

/* What is written of an attempt. */
struct result {
	const char *state;
	int64_t next_ms; /* waiting: when again */
	bool counts;
	enum metric metric;
};

static void say(const struct parcel *p, const struct result *r, struct str why)
{
	char id[UUID_TEXT_SIZE];

	uuid_format(&p->letter.id, id);
	metric_add(r->metric, 1);
	log_write(strcmp(r->state, "sent") == 0 ? LOG_INFO : LOG_WARN, "notice.attempt",
		(struct log_field[]){LOG_STR("notice", str_of(id)), LOG_STR("state", str_of(r->state)),
			LOG_INT("attempt", p->letter.attempt), LOG_STR("error", why.at ? why : STR(""))},
		4);
}

static void write_result(struct parcel *p, const struct result *r, struct str why)
{
	struct db_job *job = arena_alloc(p->arena, sizeof(*job));
	struct db_unit *u;

	say(p, r, why);
	*job = (struct db_job){.app = p->deliver->app, .arena = p->arena, .state = p};
	u = db_unit_job(job);
	sql_jobs_notice_done(u, .id = p->letter.id, .attempt = p->letter.attempt, .state = str_of(r->state),
		.counts = r->counts, .error = why, .next = r->next_ms, .now = clock_wall_ms());
	db_run_job(u, written);
}

/* Half to whole of the doubled time: many that failed together do not come back together. */
static int64_t back_off(int64_t first_ms, int64_t attempt, int64_t most_ms)
{
	int64_t ms = first_ms;
	uint32_t chance;

	while (--attempt > 0 && ms < most_ms)
		ms *= 2;
	ms = ms < most_ms ? ms : most_ms;
	rand_bytes(&chance, sizeof(chance));
	return ms / 2 + (int64_t)(chance % (uint64_t)(ms / 2 + 1));
}

/* The circuit breaker: a mail server that is away, or plays dead, is left alone for a while. */
static void note_fault(struct deliver *d, bool fault)
{
	d->faults = fault ? d->faults + 1 : 0;
	d->paused_until_ms = fault ? clock_wall_ms() + back_off(PAUSE_FIRST_MS, d->faults, PAUSE_MAX_MS) : 0;
}

static struct result later(const struct parcel *p, enum smtp_outcome outcome)
{
	const struct config *config = p->deliver->app->config;
	int64_t now = clock_wall_ms(), attempt = p->letter.attempt;

	if (outcome == SMTP_UNREACHED && now - p->letter.made_ms < GIVE_UP_MS)
		return (struct result){"waiting", p->deliver->paused_until_ms, false, METRIC_notices_later};
	if (outcome == SMTP_LATER && attempt < config->mail_attempts)
		return (struct result){"waiting",
			now + back_off(config->mail_retry_ms, attempt, RETRY_MAX_MS), true,
			METRIC_notices_later};
	return (struct result){"failed", DB_NO_INT, true, METRIC_notices_failed};
}

static void transferred(struct smtp_send *send, enum smtp_outcome outcome, struct str why)
{
	struct parcel *p = list_entry(send, struct parcel, send);
	struct result result = {"sent", DB_NO_INT, true, METRIC_notices_sent};
	bool answered = why.len > 0 && why.at[0] >= '4' && why.at[0] <= '5';

	list_remove(&p->in);
	note_fault(p->deliver, outcome == SMTP_UNREACHED || (outcome == SMTP_LATER && !answered));
	if (outcome == SMTP_BOUNCED)
		result = (struct result){"bounced", DB_NO_INT, true, METRIC_notices_bounced};
	else if (outcome == SMTP_REFUSED)
		result = (struct result){"failed", DB_NO_INT, true, METRIC_notices_failed};
	else if (outcome != SMTP_SENT)
		result = later(p, outcome);
	write_result(p, &result, why);
}

/* --- sending -------------------------------------------------------------------------------------------- */

static void write_file(struct parcel *p)
{
	char id[UUID_TEXT_SIZE];
	struct result result = {"sent", DB_NO_INT, true, METRIC_notices_sent};
	struct str why = STR_NONE;

	uuid_format(&p->letter.id, id);
	struct str path = arena_printf(p->arena, "%s/%s.eml", p->deliver->target.folder, id);
	if (file_write(p->arena, path.at, p->letter.message) < 0) {
		why = STR("no_file");
		result = later(p, SMTP_LATER);
	}
	write_result(p, &result, why);
}

static void send_letter(struct parcel *p)
{
	struct deliver *d = p->deliver;

	if (p->letter.fault) {
		const bool gone = strcmp(p->letter.fault, "no_address") == 0;
		const struct result result = {
			gone ? "cancelled" : "failed", DB_NO_INT, true, METRIC_notices_failed};
		write_result(p, &result, str_of(p->letter.fault));
	} else if (!d->smtp) {
		write_file(p);
	} else {
		p->send = (struct smtp_send){.from = d->head.from.address,
			.to = p->letter.to,
			.message = p->letter.message,
			.done = transferred};
		list_append(&d->sending, &p->in);
		if (smtp_begin(d->smtp, p->arena, &p->send) == 0)
			return;
		list_remove(&p->in);
		const struct result result = later(p, SMTP_LATER);
		write_result(p, &result, STR("memory"));
	}
}

/* A letter that cannot be written for want of memory keeps its claim until that ends. */
static void post(struct deliver *d, const PGresult *rows, int row, const struct letter *letter)
{
	struct arena *arena = arena_new();

	if (!arena)
		return;
	struct parcel *p = arena_alloc(arena, sizeof(*p));
	*p = (struct parcel){.deliver = d, .arena = arena, .letter = *letter};
	list_init(&p->in);
	letter_write(arena, &d->head, rows, row, &p->letter);
	if (arena_failed(arena)) {
		arena_free(arena);
		return;
	}
	d->busy++;
	send_letter(p);
}

/* --- claiming ------------------------------------------------------------------------------------------- */

/* The instant from which on a notice may go, in milliseconds. */
static int64_t may_go_at(const struct deliver *d, const struct letter *letter, int64_t now_ms)
{
	const struct config *config = d->app->config;
	const struct city *city = d->app->city;
	const struct department *home = city_department_by_id(city, letter->department);
	int64_t now = now_ms / 1000, at = now;

	if (letter->urgent)
		return now_ms;
	if (letter->citizen)
		at = quiet_hours(city->calendar, now, (int)config->mail_from_hour, (int)config->mail_to_hour);
	else if (home && home->calendar)
		at = quiet_working(home->calendar, now);
	return at > now ? at * 1000 : now_ms;
}

/* Notices that have to wait for the day. */
struct held {
	struct uuid *ids;
	int64_t *until;
	size_t n;
};

static void was_held(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	if (!results)
		log_warn("notice.hold_failed", LOG_STR("sqlstate", str_of(sqlstate)));
	arena_free(job->arena);
}

static void hold(struct deliver *d, const struct held *held)
{
	struct arena *arena = held->n > 0 ? arena_new() : NULL;

	if (!arena)
		return;
	struct db_job *job = arena_alloc(arena, sizeof(*job));
	*job = (struct db_job){.app = d->app, .arena = arena};
	struct db_unit *u = db_unit_job(job);
	sql_jobs_notices_hold(u, .ids = {held->ids, held->n, 0}, .until = {held->until, held->n, 0});
	db_run_job(u, was_held);
}

/* Sends what may go, and puts the rest back. */
static void sort(struct deliver *d, struct arena *arena, const PGresult *rows)
{
	size_t n = (size_t)PQntuples(rows);
	struct held held = {.ids = arena_alloc(arena, (n + 1) * sizeof(*held.ids)),
		.until = arena_alloc(arena, (n + 1) * sizeof(*held.until))};
	int64_t now_ms = clock_wall_ms();

	d->more = n > 0;
	for (int i = 0; i < PQntuples(rows); i++) {
		const struct letter letter = letter_read(rows, i);
		int64_t at = may_go_at(d, &letter, now_ms);
		if (at <= now_ms) {
			post(d, rows, i, &letter);
		} else {
			held.ids[held.n] = letter.id;
			held.until[held.n++] = at;
		}
	}
	hold(d, &held);
	if (held.n > 0)
		set_timer(d, 0); /* others may be behind those that wait */
}

static void claimed(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct deliver *d = job->state;

	d->asking = false;
	if (!results)
		log_warn("notice.claim_failed", LOG_STR("sqlstate", str_of(sqlstate)));
	else if (!d->stopped)
		sort(d, job->arena, results[0]);
	arena_free(job->arena);
}

static void claim(struct deliver *d)
{
	const struct config *config = d->app->config;
	int64_t now_ms = clock_wall_ms(), room = config->mail_parallel - d->busy;
	struct arena *arena = room > 0 && now_ms >= d->paused_until_ms && d->app->city ? arena_new() : NULL;

	if (d->faults > 0 && room > 1)
		room = 1; /* one tries whether the server is back */
	if (!arena)
		return;
	struct db_job *job = arena_alloc(arena, sizeof(*job));
	*job = (struct db_job){.app = d->app, .arena = arena, .state = d};
	struct db_unit *u = db_unit_job(job);
	sql_jobs_notice_claim(u, .now = now_ms,
		.lease = now_ms + 2 * config->mail_timeout_ms + LEASE_SPARE_MS, .limit = room,
		.domain = d->domain, .zone = str_of(config->zone), .public_url = str_of(config->public_url));
	d->asking = true;
	db_run_job(u, claimed);
}

/* --- following the feed --------------------------------------------------------------------------------- */

static void made(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct deliver *d = job->state;

	d->asking = false;
	if (!results)
		log_warn("notice.make_failed", LOG_STR("sqlstate", str_of(sqlstate)));
	else if (!d->stopped && db_cell_int(results[0], 0, "read") == FEED_BATCH)
		set_timer(d, 0);
	if (!d->stopped && !d->app->draining)
		claim(d);
	arena_free(job->arena);
}

static void tick(evutil_socket_t fd, short what, void *arg)
{
	struct deliver *d = arg;
	struct arena *arena;

	(void)fd, (void)what;
	set_timer(d, TICK_MS);
	if (d->asking || d->app->draining || !(arena = arena_new()))
		return;
	struct db_job *job = arena_alloc(arena, sizeof(*job));
	*job = (struct db_job){.app = d->app, .arena = arena, .state = d};
	struct db_unit *u = db_unit_job(job);
	sql_jobs_notices_make(u, .now = clock_wall_ms(), .limit = FEED_BATCH);
	d->asking = true;
	db_run_job(u, made);
}

/* --- the beginning and the end -------------------------------------------------------------------------- */

static bool set_up(struct deliver *d, struct arena *arena, struct str *ret_reason)
{
	const struct config *config = d->app->config;

	if (mail_target_read(arena, config, &d->target, ret_reason) < 0)
		return false;
	d->head = (struct letterhead){.keys = d->app->keys,
		.from = d->target.from,
		.reply_to = d->target.reply_to,
		.citizen_url = d->target.citizen_url,
		.staff_url = d->target.staff_url,
		.staff_part_url = d->target.staff_part_url,
		.encoding = d->target.folder ? MAIL_8BIT : MAIL_BASE64};
	const char *sign = memrchr(d->head.from.address.at, '@', d->head.from.address.len);
	d->domain = (struct str){
		sign + 1, (size_t)(d->head.from.address.at + d->head.from.address.len - sign - 1)};
	if (d->target.folder && mkdir(d->target.folder, 0700) < 0 && errno != EEXIST) {
		*ret_reason = arena_printf(arena, "mail_url: %s", strerror(errno));
		return false;
	}
	if (!d->target.folder && !(d->smtp = smtp_new(arena, d->app->loop, &d->target.smtp))) {
		*ret_reason = STR("no memory");
		return false;
	}
	return true;
}

struct deliver *deliver_start(struct app *app, struct arena *arena)
{
	struct deliver *d = arena_alloc(arena, sizeof(*d));
	struct str reason;

	if (app->config->mail_url[0] == '\0')
		return NULL;
	*d = (struct deliver){.app = app};
	list_init(&d->sending);
	if (!set_up(d, arena, &reason)) {
		log_error("notice.no_mail", LOG_STR("reason", reason));
		return NULL;
	}
	d->timer = evtimer_new(app->loop, tick, d);
	must(d->timer);
	set_timer(d, TICK_MS);
	return d;
}

bool deliver_busy(const struct deliver *deliver)
{
	return deliver && (deliver->busy > 0 || deliver->asking);
}

void deliver_stop(struct deliver *deliver)
{
	if (!deliver)
		return;
	deliver->stopped = true;
	list_each (it, &deliver->sending) {
		struct parcel *p = list_entry(it, struct parcel, in);
		smtp_abandon(deliver->smtp, &p->send);
		list_remove(it);
		arena_free(p->arena);
	}
	if (deliver->smtp)
		smtp_free(deliver->smtp);
	event_free(deliver->timer);
}
