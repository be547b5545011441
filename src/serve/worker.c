/* One process of the server: builds its struct app, runs its loop, drains. */
#include "serve/worker.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "app/ops.h"
#include "app/reference/reference.h"
#include "app/router.h"
#include "app/steps.h"
#include "app/suggestion/model.h"
#include "app/ticket/number.h"
#include "auth/keys.h"
#include "auth/provider.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/embedded.h"
#include "base/epoch.h"
#include "base/fail.h"
#include "base/kept.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/metric.h"
#include "base/must.h"
#include "base/store.h"
#include "base/work.h"
#include "civil/city_copy.h"
#include "db/db.h"
#include "http/listener.h"
#include "jobs/assign.h"
#include "jobs/jobs.h"
#include "serve/confine.h"
#include "shape/shape.h"

enum {
	TICK_MS = 50,
	WARM_TICK_MS = 1, /* until it is ready: clients may be waiting */
	SETTLE_MS = 300,  /* from then on: the first answers are out   */
	WARM_UP_MS = 10000,
	LAST_CALL_MS = 300,
	RESERVE = 1024 * 1024
};

/* What one worker process holds beside struct app. */
struct worker {
	const struct worker_start *start;
	struct arena *arena;
	struct app app;
	struct listener *listeners[SOCKETS_MAX];
	unsigned nlisteners;
	struct jobs *jobs;
	struct event *term, *tick, *flush;
	int64_t began_us; /* to live, or to drain */
	int64_t ready_us;
	bool shut_in, accepting, settled;
	int status; /* EXIT_SUCCESS, or why it gives up */
};

static bool accept_clients(struct worker *w)
{
	const struct sockets *s = w->start->sockets;

	for (unsigned i = 0; i < s->n; i++) {
		if (s->at[i].worker >= 0 && s->at[i].worker != w->start->index)
			continue;
		const struct server *server = s->at[i].use == SOCKET_OPS ? &ops_server : &app_server;
		struct listener *l = listener_new(&w->app, server, s->at[i].fd);
		if (!l)
			return false;
		w->listeners[w->nlisteners++] = l;
	}
	return true;
}

static void give_up_as(struct worker *w, int status, const char *event, struct str reason)
{
	log_error(event, LOG_STR("reason", reason));
	w->status = status;
	event_base_loopbreak(w->app.loop);
}

/* A worker that cannot do its work leaves: the supervisor starts another. */
static void give_up(struct worker *w, const char *event, struct str reason)
{
	give_up_as(w, EXIT_FAILURE, event, reason);
}

/* Before anything that a stranger sends is read, and while the database makes its backends: the filter takes
 * some milliseconds. One that cannot be had is no reason to do without. */
static void shut_in(struct worker *w)
{
	int error = w->start->config->confine ? confine_worker(w->start->role) : 0;

	w->shut_in = true;
	if (error < 0)
		give_up(w, "worker.confine", str_of(strerror(-error)));
}

static void tick_every(struct worker *w, int ms)
{
	const struct timeval every = {.tv_usec = ms * 1000};

	event_add(w->tick, &every);
}

static bool is_warm(struct worker *w)
{
	struct app *app = &w->app;

	/* The numbers are asked for while the city is on its way. */
	return db_ready(app->db) && (w->start->role == WORKER_JOBS || numbers_ready(app)) && app->city;
}

static void say_ready(struct worker *w)
{
	pid_t pid = getpid();

	if (!is_warm(w))
		log_warn("worker.not_warm",
			LOG_STR("cure", STR("check `database_url` and what was logged before; the server "
					    "answers 503 until its database is there")));
	w->accepting = true;
	w->ready_us = clock_mono_us();
	tick_every(w, TICK_MS);
	if (w->start->role == WORKER_HTTP) {
		if (!accept_clients(w)) {
			give_up(w, "worker.listen", STR("no memory or descriptors"));
			return;
		}
	} else {
		w->jobs = jobs_start(&w->app, w->arena);
	}
	if (write(w->start->ready_fd, &pid, sizeof(pid)) != sizeof(pid))
		log_warn("worker.ready_pipe", LOG_INT("index", w->start->index));
	close(w->start->ready_fd);
}

static void stop_listening(struct worker *w)
{
	while (w->nlisteners > 0)
		listener_stop(w->listeners[--w->nlisteners]);
}

static void begin_drain(struct worker *w)
{
	if (w->app.draining)
		return;
	w->app.draining = 1;
	w->began_us = clock_mono_us();
	conns_drain(&w->app);
}

/* Clients that were let in already are served: a worker goes on accepting for a moment, until its successor
 * or the supervisor has seen to the sockets. Then it waits for running requests, within the limit. */
static void drain(struct worker *w, int64_t draining_us)
{
	conns_drain(&w->app);
	if (draining_us < LAST_CALL_MS * INT64_C(1000))
		return;
	stop_listening(w);
	bool asking = provider_busy(w->app.provider) || provider_busy(w->app.citizen_provider);
	bool idle = conns_count(&w->app) == 0 && !asking && !(w->jobs && jobs_busy(w->jobs));
	if (idle || draining_us >= w->start->config->drain_timeout_ms * 1000)
		event_base_loopbreak(w->app.loop);
}

/* What the first answers do not wait for. */
static void settle(struct worker *w, int64_t now_us)
{
	if (w->settled || now_us - w->ready_us < SETTLE_MS * INT64_C(1000))
		return;
	w->settled = true;
	db_settle(w->app.db);
	if (w->start->role == WORKER_HTTP)
		suggestions_load(&w->app);
}

/* A worker accepts once it can answer: database reached, reference data and a block of ticket numbers in
 * memory. If that takes too long it accepts all the same and answers 503, so that clients see a clear refusal
 * instead of silence. So it does at once where the schema is not one for this program, unless nobody needs
 * it: those who serve go on, or nobody has served yet and the server does not start. */
static void warm_up(struct worker *w, int64_t now_us)
{
	struct str refusal = db_refusal(w->app.db);

	if (refusal.at && w->start->may_leave)
		give_up_as(w, WORKER_UNFIT, "server.schema", refusal);
	else if (refusal.at || is_warm(w) || now_us - w->began_us > WARM_UP_MS * INT64_C(1000))
		say_ready(w);
}

static void tick(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	int64_t now = clock_mono_us();

	(void)fd, (void)what;
	if (!w->shut_in)
		shut_in(w);
	confine_tell();
	if (w->accepting)
		settle(w, now);
	else if (w->status == EXIT_SUCCESS && !w->app.draining)
		warm_up(w, now);
	if (w->app.draining)
		drain(w, now - w->began_us);
}

static void on_term(evutil_socket_t signal, short what, void *arg)
{
	(void)signal, (void)what;
	begin_drain(arg);
}

static void want_flush(void *arg)
{
	struct worker *w = arg;

	event_active(w->flush, EV_TIMEOUT, 0);
}

/* Behind what this turn of the loop has still to do. */
static void flush(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	log_flush();
}

static void heard_reference(struct app *app, struct str payload)
{
	(void)payload;
	epoch_move(app->epoch);
	reference_load(app);
}

static void heard_loads(struct app *app, struct str payload)
{
	(void)payload;
	reference_load_loads(app);
}

static void heard_suggestions(struct app *app, struct str payload)
{
	(void)payload;
	if (list_entry(app, struct worker, app)->settled)
		suggestions_load(app);
}

/* What was published is no more, or not as it was: another server, a job or somebody at the database did
 * that. */
static void heard_published(struct app *app, struct str payload)
{
	(void)payload;
	epoch_move(app->epoch);
}

/* What it is told of is heard once at the start, too. Only those who serve suggest. */
static int listen_to(struct worker *w)
{
	struct db *db = w->app.db;
	int error = db_listen(db, "reference_changed", heard_reference);

	if (error == 0)
		error = db_listen(db, "department_loads", heard_loads);
	if (error == 0 && w->start->role == WORKER_HTTP)
		error = db_listen(db, "suggestion_published", heard_suggestions);
	if (error == 0 && w->start->role == WORKER_HTTP)
		error = db_listen(db, "publication_changed", heard_published);
	return error;
}

/* Without a store everything but files is served. */
static void open_store(struct worker *w)
{
	const char *folder = w->start->config->attachments;
	struct str reason = STR_NONE;

	if (folder[0] == '\0')
		return;
	w->app.store = store_open(w->arena, folder, &reason);
	if (!w->app.store)
		log_error("worker.store", LOG_STR("reason", reason));
}

/* Nobody signs in with a provider whose settings are wrong: the supervisor has said so. */
static bool find_provider(struct worker *w,
	int (*read)(struct arena *, const struct config *, struct provider_settings *, struct str *),
	struct provider **ret)
{
	struct provider_settings *settings = arena_alloc(w->arena, sizeof(*settings));
	struct str reason;

	if (w->start->role != WORKER_HTTP || read(w->arena, w->start->config, settings, &reason) < 0)
		return true;
	*ret = provider_new(w->arena, w->app.loop, settings);
	return *ret;
}

/* Sessions say in their name which master key this process has: nothing is sealed under it before all have it
 * (servers_behind(), jobs/reseal.h). */
static struct db_urls urls(const struct worker *w)
{
	const struct keys *keys = w->app.keys;
	struct db_urls urls = db_urls_of(w->start->config, w->start->role == WORKER_HTTP);

	urls.name = arena_cstr(w->arena,
		arena_printf(w->arena, "tiepdan key %lld", (long long)keys->seal[keys->nseal - 1].epoch));
	urls.known = (int64_t)embedded_group("migrations")->n;
	return urls;
}

static int build(struct worker *w)
{
	struct str reason = STR("no memory or descriptors");
	const struct config *config = w->start->config;
	struct app *app = &w->app;

	*app = (struct app){
		.config = config, .rate = w->start->rate, .epoch = w->start->epoch, .server = &app_server};
	app->loop = loop_new();
	app->keys = keys_load(w->arena, config->key_dir, &reason);
	if (!app->loop || !app->keys) {
		log_error("worker.build", LOG_STR("reason", reason));
		return -1;
	}
	app->cursor_key = keys_purpose(app->keys, KEY_CURSOR);
	app->tokens = token_cache_new(app->keys, config->public_url);
	app->numbers = numbers_new(w->arena);
	app->reference = reference_new(w->arena);
	app->tracked = kept_new(config->tracking_kept, KEPT_TICKET_MAX);
	app->published = kept_new(config->published_kept, KEPT_PUBLIC_MAX);
	app->lists = kept_new(config->lists_kept, KEPT_LIST_MAX);
	app->looked = kept_new(config->looks_kept, KEPT_TICKET_MAX);
	app->conns = conns_new(app);
	app->work = work_new(app->loop);
	app->passwords = work_new(app->loop);
	open_store(w);
	app->db = db_open(app, urls(w));
	if (!app->work || !app->passwords || !app->tokens || !app->tracked || !app->published ||
		!app->lists || !app->looked || !app->conns || !app->db ||
		!find_provider(w, provider_settings_read, &app->provider) ||
		!find_provider(w, provider_settings_read_citizen, &app->citizen_provider))
		return -1;
	return listen_to(w);
}

static struct event *add_event(
	struct worker *w, evutil_socket_t fd, short what, event_callback_fn callback, int every_ms)
{
	struct event *e = event_new(w->app.loop, fd, (short)(what | EV_PERSIST), callback, w);
	struct timeval every = {.tv_sec = every_ms / 1000, .tv_usec = every_ms % 1000 * 1000};

	must(e && event_add(e, every_ms > 0 ? &every : NULL) == 0);
	return e;
}

/* Leaves with the supervisor: the kernel sends SIGTERM when it dies, and it may be dead already. */
static void follow_supervisor(pid_t supervisor)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != supervisor)
		raise(SIGTERM);
}

/* Everything goes, in the order in which parts hold each other, so that a leak of the loop would be seen. */
static void tear_down(struct worker *w)
{
	struct app *app = &w->app;

	stop_listening(w);
	conns_free(app->conns);
	provider_free(app->provider);
	provider_free(app->citizen_provider);
	work_free(app->work);
	work_free(app->passwords);
	if (w->jobs)
		jobs_stop(w->jobs);
	if (app->db)
		db_close(app->db);
	token_cache_free(app->tokens);
	kept_free(app->tracked);
	kept_free(app->published);
	kept_free(app->lists);
	kept_free(app->looked);
	city_copy_release(app->city_copy);
	suggestions_free(app->suggestions);
	loads_free(app->loads);
	assignments_free(app->assignments);
	if (w->term)
		event_free(w->term);
	if (w->tick)
		event_free(w->tick);
	log_gather(NULL, NULL);
	if (w->flush)
		event_free(w->flush);
	if (app->loop)
		event_base_free(app->loop);
	arena_free(w->arena); /* holds *w itself */
}

static void live(struct worker *w)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t none;

	w->term = add_event(w, SIGTERM, EV_SIGNAL, on_term, 0);
	w->tick = add_event(w, -1, 0, tick, WARM_TICK_MS);
	w->flush = event_new(w->app.loop, -1, 0, flush, w);
	if (w->flush)
		log_gather(want_flush, w);
	sigaction(SIGINT, &ignore, NULL); /* Ctrl-C reaches the whole group: the supervisor decides */
	sigaction(SIGHUP, &ignore, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	follow_supervisor(w->start->supervisor);
	event_base_dispatch(w->app.loop);
}

/* How far a torture run has to go. */
static void say_calls(void)
{
	log_info("worker.fail_points", LOG_INT("malloc", (int64_t)fail_calls(FAIL_MALLOC)),
		LOG_INT("accept", (int64_t)fail_calls(FAIL_ACCEPT)),
		LOG_INT("read", (int64_t)fail_calls(FAIL_READ)),
		LOG_INT("write", (int64_t)fail_calls(FAIL_WRITE)),
		LOG_INT("open", (int64_t)fail_calls(FAIL_OPEN)),
		LOG_INT("db_send", (int64_t)fail_calls(FAIL_DB_SEND)),
		LOG_INT("db_read", (int64_t)fail_calls(FAIL_DB_READ)));
}

int worker_run(const struct worker_start *start)
{
	metric_slot(start->metric_slot);
	if (start->config->fail_points)
		fail_arm(getenv("TIEPDAN_FAIL"));
	arena_reserve(RESERVE);
	shape_init();
	router_init();
	struct arena *arena = arena_new();
	if (!arena)
		return EXIT_FAILURE;
	struct worker *w = arena_alloc(arena, sizeof(*w));
	*w = (struct worker){.start = start, .arena = arena, .began_us = clock_mono_us()};
	int status = EXIT_FAILURE;
	if (build(w) == 0) {
		live(w);
		status = w->status;
	}
	tear_down(w);
	if (start->config->fail_points)
		say_calls();
	return status;
}
