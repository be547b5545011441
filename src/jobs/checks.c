/* The way of an uploaded file: claimed, scanned, examined, kept, told. */
#include "jobs/checks.h"

#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/must.h"
#include "base/store.h"
#include "base/work.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"
#include "jobs/helper.h"
#include "jobs/scan.h"

enum {
	EVERY_MS = 500,
	LEASE_SPARE_MS = 20000,
	LATER_MS = 30000 /* until what could not be reached is tried again */
};

/* What is kept of a file. */
struct kept {
	struct str type;
	int64_t bytes, width, height;
	bool small;
	struct digest hash[STORE_PARTS];
};

struct checks {
	struct app *app;
	struct event *timer;
	struct helper helper;
	struct scan scan;
	struct work_task keep;
	struct db_job job;
	/* The file that is being checked. */
	struct arena *arena; /* NULL: none is */
	struct uuid id;
	int64_t attempt;
	struct uuid made;      /* whose name has what this attempt makes; sweeping finds what it leaves */
	int raw, clean, small; /* -1: not open */
	struct kept kept;
	int error;
	bool stopped;
};

static void close_file(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_files(struct checks *c)
{
	close_file(&c->raw);
	close_file(&c->clean);
	close_file(&c->small);
}

/* --- the end -------------------------------------------------------------------------------------------- */

static void end(struct checks *c, bool again)
{
	close_files(c);
	arena_free(c->arena);
	c->arena = NULL;
	if (!c->stopped)
		event_add(c->timer, &(struct timeval){0, again ? 0 : EVERY_MS * 1000});
}

static void told(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct checks *c = job->state;

	metric_add(METRIC_job_runs, 1);
	if (results) { /* one that took too long leaves the file to whoever has it now */
		if (db_cell_flag(results[0], 0, "ended"))
			store_drop(c->app->store, &c->id, STORE_RAW);
	} else { /* its lease ends by itself */
		metric_add(METRIC_job_failures, 1);
		log_warn("check.result_lost", LOG_STR("sqlstate", str_of(sqlstate)));
	}
	end(c, results != NULL);
}

static void put_off(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	(void)results, (void)sqlstate;
	end(job->state, false);
}

static struct db_unit *unit(struct checks *c)
{
	c->job = (struct db_job){.app = c->app, .arena = c->arena, .state = c};
	return db_unit_job(&c->job);
}

static void drop_made(struct checks *c)
{
	store_drop(c->app->store, &c->made, STORE_CLEAN);
	store_drop(c->app->store, &c->made, STORE_SMALL);
}

static void refuse(struct checks *c, struct str reason)
{
	struct db_unit *u = unit(c);

	metric_add(METRIC_attachments_refused, 1);
	drop_made(c);
	sql_jobs_attachment_refuse(u, .id = c->id, .attempt = c->attempt, .reason = reason);
	db_run_job(u, told);
}

static void later(struct checks *c, const char *why, int error)
{
	struct db_unit *u = unit(c);

	metric_add(METRIC_attachment_checks_failed, 1);
	log_warn("check.later", LOG_STR("why", str_of(why)), LOG_INT("errno", -error));
	drop_made(c);
	sql_jobs_attachment_later(u, .id = c->id, .attempt = c->attempt, .after_ms = LATER_MS);
	db_run_job(u, put_off);
}

/* --- keeping -------------------------------------------------------------------------------------------- */

/* In the thread. */
static void keep(struct work_task *task)
{
	struct checks *c = list_entry(task, struct checks, keep);

	c->error = store_keep(c->app->store, &c->made, STORE_CLEAN, &c->kept.hash[STORE_CLEAN]);
	if (c->error == 0 && c->kept.small)
		c->error = store_keep(c->app->store, &c->made, STORE_SMALL, &c->kept.hash[STORE_SMALL]);
}

static void ready(struct work_task *task)
{
	struct checks *c = list_entry(task, struct checks, keep);
	const struct kept *k = &c->kept;

	if (c->error < 0) {
		later(c, "store", c->error);
		return;
	}
	struct db_unit *u = unit(c);
	metric_add(METRIC_attachments_ready, 1);
	drop_made(c);
	sql_jobs_attachment_ready(u, .id = c->id, .attempt = c->attempt, .type = k->type, .bytes = k->bytes,
		.hash = digest_bytes(&k->hash[STORE_CLEAN]),
		.thumbnail = k->small ? digest_bytes(&k->hash[STORE_SMALL]) : STR_NONE,
		.width = k->width > 0 ? k->width : DB_NO_INT,
		.height = k->height > 0 ? k->height : DB_NO_INT);
	db_run_job(u, told);
}

/* --- examining ------------------------------------------------------------------------------------------ */

/* "TYPE BYTES WIDTH HEIGHT THUMBNAIL" */
static bool read_kept(struct arena *arena, struct str text, struct kept *ret)
{
	int64_t *const numbers[] = {&ret->bytes, &ret->width, &ret->height};
	struct str word;

	if (!str_next(&text, ' ', &word))
		return false;
	ret->type = arena_str(arena, word);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!str_next(&text, ' ', &word) || str_to_i64(word, numbers[i]) < 0)
			return false;
	ret->small = str_eq(text, STR("1"));
	return true;
}

static bool cut(struct str *text, struct str prefix)
{
	if (!str_starts(*text, prefix))
		return false;
	*text = (struct str){text->at + prefix.len, text->len - prefix.len};
	return true;
}

static void examined(struct helper *h, struct str line)
{
	struct checks *c = list_entry(h, struct checks, helper);

	if (!line.at)
		refuse(c, STR("check_failed"));
	else if (cut(&line, STR("refused ")))
		refuse(c, line);
	else if (cut(&line, STR("ready ")) && read_kept(c->arena, line, &c->kept))
		work_do(c->app->work, &c->keep);
	else
		later(c, "examine", 0);
}

static void examine(struct checks *c)
{
	int error;

	c->clean = store_create(c->app->store, &c->made, STORE_CLEAN);
	c->small = store_create(c->app->store, &c->made, STORE_SMALL);
	const struct helper_files files = {c->raw, c->clean, c->small};
	error = c->clean < 0 ? c->clean : c->small < 0 ? c->small : helper_start(&c->helper, &files);
	if (error < 0)
		later(c, "start", error);
}

static void scanned(struct scan *s, enum scan_verdict verdict)
{
	struct checks *c = list_entry(s, struct checks, scan);

	if (verdict == SCAN_FOUND)
		refuse(c, STR("virus"));
	else if (verdict == SCAN_CLEAN)
		examine(c);
	else
		later(c, "scanner", 0);
}

static void begin(struct checks *c, const PGresult *row)
{
	const char *clamd = c->app->config->clamd;

	c->id = db_cell_uuid(row, 0, "id");
	c->attempt = db_cell_int(row, 0, "attempt");
	c->made = uuid_new();
	c->kept = (struct kept){0};
	c->raw = store_read(c->app->store, &c->id, STORE_RAW);
	if (c->raw == -ENOENT || (c->raw >= 0 && store_size(c->raw) != db_cell_int(row, 0, "size"))) {
		refuse(c, STR("check_failed")); /* the disk has lost it */
	} else if (c->raw < 0) {
		later(c, "open", c->raw);
	} else if (clamd[0] == '\0') {
		examine(c);
	} else {
		int error = scan_start(&c->scan, clamd, c->raw);
		if (error < 0)
			later(c, "scanner", error);
	}
}

static void claimed(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct checks *c = job->state;

	(void)sqlstate;
	if (results && PQntuples(results[0]) > 0 && !c->stopped)
		begin(c, results[0]);
	else
		end(c, false);
}

static void turn(evutil_socket_t fd, short what, void *arg)
{
	struct checks *c = arg;

	(void)fd, (void)what;
	if (c->app->draining)
		return;
	c->arena = arena_new();
	if (!c->arena) {
		end(c, false);
		return;
	}
	struct db_unit *u = unit(c);
	sql_jobs_attachment_claim(u, .lease_ms = 2 * c->app->config->file_check_ms + LEASE_SPARE_MS);
	db_run_job(u, claimed);
}

struct checks *checks_start(struct app *app, struct arena *arena)
{
	struct checks *c = arena_alloc(arena, sizeof(*c));

	if (!app->store)
		return NULL;
	*c = (struct checks){.app = app, .raw = -1, .clean = -1, .small = -1};
	c->keep = (struct work_task){.run = keep, .done = ready};
	c->timer = evtimer_new(app->loop, turn, c);
	must(c->timer && helper_init(&c->helper, app, examined));
	event_add(c->timer, &(struct timeval){0, EVERY_MS * 1000});
	c->scan = (struct scan){.app = app, .done = scanned};
	return c;
}

bool checks_busy(const struct checks *checks)
{
	return checks && checks->arena;
}

/* A unit that is out, or the thread, ends the check later. */
void checks_stop(struct checks *checks)
{
	if (!checks)
		return;
	bool waits = checks->helper.pid > 0 || checks->scan.line;
	checks->stopped = true;
	helper_stop(&checks->helper);
	scan_stop(&checks->scan);
	event_free(checks->timer);
	if (waits)
		end(checks, false);
}
