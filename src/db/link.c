/* A connection to PostgreSQL in the event loop: connect, set up, send, read, fall, come back. */
#include "db/link.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/loop.h"
#include "base/metric.h"
#include "base/must.h"
#include "base/rand.h"

enum {
	CONNECT_MS = 10000,  /* connecting and setting up together */
	BACKOFF_MIN_MS = 50, /* doubles up to the maximum         */
	BACK_SOON_US = 1000000,
	BACKOFF_MAX_MS = 5000,
};

static void set_timer(struct link *l, int64_t us)
{
	struct timeval tv = {.tv_sec = us / 1000000, .tv_usec = us % 1000000};

	event_add(&l->timer, &tv);
}

/* Half of the doubled step is fixed and half is random: workers that lost the same server do not come back in
 * step. */
static int64_t backoff_us(unsigned attempts)
{
	int64_t ms = attempts < 8 ? BACKOFF_MIN_MS << attempts : BACKOFF_MAX_MS;
	uint32_t dice;

	if (ms > BACKOFF_MAX_MS)
		ms = BACKOFF_MAX_MS;
	rand_bytes(&dice, sizeof(dice));
	return ms * 500 + (int64_t)(dice % (uint32_t)(ms * 500));
}

static struct exchange *head(const struct link *l)
{
	return list_entry(l->sent.next, struct exchange, in);
}

/* Takes the oldest exchange off the link. */
static void end_head(struct link *l, const char *sqlstate)
{
	struct exchange *x = head(l);

	list_remove(&x->in);
	l->nsent--;
	l->head_us = clock_mono_us();
	x->sqlstate = sqlstate;
	x->ended(x);
}

static void setup_ended(struct exchange *x)
{
	PQclear(x->error);
	x->error = NULL;
}

static const char *error_state(const struct exchange *x, const char *otherwise)
{
	const char *sqlstate = x->error ? PQresultErrorField(x->error, PG_DIAG_SQLSTATE) : NULL;

	return sqlstate ? sqlstate : otherwise;
}

static void disconnect(struct link *l)
{
	/* The events go first: libpq may have closed the socket, and its number may be taken again soon. */
	event_del(&l->readable);
	event_del(&l->writable);
	event_del(&l->timer);
	PQfinish(l->pg);
	l->pg = NULL;
	l->state = LINK_DOWN;
}

/* The link is gone. What the server said before it went decides about the oldest exchange, `sqlstate`
 * otherwise. That a good one went is no failed attempt: the next one is expected, unless the server was
 * silent: it may let nobody in either. */
static void lose(struct link *l, const char *reason, const char *sqlstate)
{
	bool was_up = l->state == LINK_READY || l->state == LINK_RETIRING,
	     silent = strcmp(sqlstate, LINK_TIMEOUT_STATE) == 0;

	l->plan->failed(l, reason);
	disconnect(l);
	set_timer(l, backoff_us(l->attempts));
	l->attempts += !was_up || silent;
	if (was_up) {
		l->lost_us = clock_mono_us();
		metric_add(METRIC_db_connections, -1);
		metric_add(METRIC_db_lost, 1);
	}
	if (!list_empty(&l->sent))
		end_head(l, error_state(head(l), sqlstate));
	while (!list_empty(&l->sent))
		end_head(l, LINK_LOST_STATE);
	l->plan->changed(l);
}

bool link_is_long_lost(const struct link *l)
{
	return l->lost_us > 0 && clock_mono_us() - l->lost_us > BACK_SOON_US;
}

static void lose_broken(struct link *l)
{
	lose(l, PQerrorMessage(l->pg), LINK_LOST_STATE);
}

/* Hands what libpq still holds to the socket, now or when it can take more. */
static bool flush(struct link *l)
{
	int left = PQflush(l->pg);

	if (left > 0)
		event_add(&l->writable, NULL);
	return left >= 0;
}

static bool send_query(PGconn *pg, const struct query *q)
{
	const struct db_statement *s = q->statement;
	int n = (int)s->nparams;

	switch (q->kind) {
	case QUERY_TEXT:
		return PQsendQueryParams(
			pg, s->text, n, s->types, q->values, q->lengths, q->formats, s->binary);
	case QUERY_RUN:
		break;
	}
	return PQsendQueryPrepared(pg, s->name, n, q->values, q->lengths, q->formats, s->binary);
}

/* What is new to this connection, in front of everything: no failure of a statement keeps another one from
 * being prepared, which later exchanges count on. */
static bool send_preparations(struct link *l, struct exchange *x)
{
	must(x->n <= 32);
	for (unsigned i = 0; i < x->n; i++) {
		const struct db_statement *s = x->queries[i].statement;
		if (x->queries[i].kind != QUERY_RUN || !prepared_add(&l->prepared, s))
			continue;
		if (!PQsendPrepare(l->pg, s->name, s->text, (int)s->nparams, s->types))
			return false;
		x->fresh |= UINT32_C(1) << i;
		x->preparing++;
	}
	return true;
}

static bool send_all(struct link *l, struct exchange *x)
{
	if (fail_now(FAIL_DB_SEND) || !send_preparations(l, x))
		return false;
	for (unsigned i = 0; i < x->n; i++)
		if (!send_query(l->pg, &x->queries[i]))
			return false;
	return PQpipelineSync(l->pg) && flush(l);
}

static void send_exchange(struct link *l, struct exchange *x)
{
	x->got = x->preparing = 0;
	x->fresh = 0;
	x->error = NULL;
	x->sent_us = clock_mono_us();
	if (list_empty(&l->sent)) {
		l->head_us = x->sent_us;
		if (l->state != LINK_SETTING_UP && !event_pending(&l->timer, EV_TIMEOUT, NULL))
			set_timer(l, l->plan->limit_us);
	}
	list_append(&l->sent, &x->in);
	l->nsent++;
	if (!send_all(l, x))
		lose_broken(l);
}

void link_send(struct link *l, struct exchange *x)
{
	must(l->state == LINK_READY);
	send_exchange(l, x);
}

/* Statements that were prepared for a schema that has changed, a role that was switched to read-only: a new
 * connection puts it right. */
static bool wants_new_link(const char *sqlstate)
{
	static const char *const states[] = {"0A000", "25006", "26000"};

	for (size_t i = 0; sqlstate && i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(sqlstate, states[i]) == 0)
			return true;
	return false;
}

static bool is_fresh(const struct exchange *x, unsigned i)
{
	return x->fresh >> i & 1;
}

/* The first one that was to be prepared and is not; x->n: all are. */
static unsigned unprepared(const struct exchange *x)
{
	unsigned i = x->n;

	for (unsigned left = x->preparing; left > 0;)
		left -= is_fresh(x, --i);
	return i;
}

/* One of those that were to be prepared failed, and those behind it were not tried: the next exchange that
 * needs them tries again. One that is out already gets 26000. */
static void forget_unprepared(struct link *l, const struct exchange *x)
{
	for (unsigned i = unprepared(x); i < x->n; i++)
		if (is_fresh(x, i))
			prepared_remove(&l->prepared, x->queries[i].statement);
}

const struct db_statement *exchange_at(const struct exchange *x)
{
	unsigned at = x->preparing > 0 ? unprepared(x) : x->got < x->n ? x->got : x->n - 1;

	return x->queries[at].statement;
}

static void synced(struct link *l)
{
	struct exchange *x = head(l);
	const char *sqlstate = error_state(x, x->error ? LINK_LOST_STATE : NULL);
	bool was_setup = x == &l->setup;

	must(sqlstate || (x->got == x->n && x->preparing == 0));
	forget_unprepared(l, x);
	if (!was_setup && l->state == LINK_READY && wants_new_link(sqlstate))
		l->state = LINK_RETIRING;
	if (was_setup && !sqlstate)
		l->state = LINK_READY;
	if (!was_setup || !sqlstate)
		end_head(l, sqlstate);
}

/* Keeps one result of the oldest exchange, which owns it from now on. */
static void take_result(struct link *l, PGresult *result)
{
	struct exchange *x = head(l);

	switch (PQresultStatus(result)) {
	case PGRES_PIPELINE_SYNC:
		PQclear(result);
		synced(l);
		return;
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
		if (x->preparing > 0) {
			x->preparing--;
			PQclear(result);
			return;
		}
		must(x->got < x->n);
		if (x->results)
			x->results[x->got] = result;
		else
			PQclear(result);
		x->got++;
		return;
	case PGRES_PIPELINE_ABORTED:
		PQclear(result);
		return;
	default:
		/* May also come instead of Sync: a deferred constraint fails after all statements went
		 * well. */
		if (x->error)
			PQclear(result);
		else
			x->error = result;
	}
}

static void take_results(struct link *l)
{
	bool pause = false;

	/* One NULL parts two statements; after a second one in a row libpq has no more. */
	while (!list_empty(&l->sent) && !PQisBusy(l->pg)) {
		PGresult *result = PQgetResult(l->pg);
		if (!result && pause)
			return;
		pause = !result;
		if (result)
			take_result(l, result);
	}
}

static void take_notifies(struct link *l)
{
	for (PGnotify *note; (note = PQnotifies(l->pg)) != NULL; PQfreemem(note))
		if (l->plan->heard && l->state == LINK_READY)
			l->plan->heard(l, note);
}

/* What our own functions refuse, or what has no such function: that is not the schema of this program. */
static void note_refusal(struct link *l, const PGresult *error)
{
	struct str state = str_of(PQresultErrorField(error, PG_DIAG_SQLSTATE));
	const char *why = "";

	if (str_starts(state, STR("TD")))
		why = PQresultErrorField(error, PG_DIAG_MESSAGE_PRIMARY);
	else if (str_starts(state, STR("42")) || str_starts(state, STR("3F")))
		why = "the database has no schema that this program knows: run `tiepdan migrate`, and check "
		      "the URLs of the database";
	snprintf(l->refusal, sizeof(l->refusal), "%s", why);
}

static void lose_setup(struct link *l)
{
	const struct exchange *x = &l->setup;
	const char *what = x->got < x->n ? x->queries[x->got].statement->name : "sync";
	char reason[256];

	note_refusal(l, x->error);
	snprintf(reason, sizeof(reason), "%s: %s", what, PQresultErrorMessage(x->error));
	lose(l, reason, LINK_LOST_STATE);
}

/* After results were read: what became of the link? */
static void settle(struct link *l, enum link_state before)
{
	if (l->state == LINK_SETTING_UP && l->setup.error) {
		lose_setup(l);
		return;
	}
	if (PQstatus(l->pg) == CONNECTION_BAD) {
		lose_broken(l);
		return;
	}
	if (l->state == LINK_RETIRING && list_empty(&l->sent)) {
		lose(l, "reconnecting to prepare the statements again", LINK_LOST_STATE);
		return;
	}
	if (before == LINK_SETTING_UP && l->state == LINK_READY) {
		l->attempts = 0;
		l->lost_us = 0;
		l->refusal[0] = '\0';
		event_del(&l->timer);
		metric_add(METRIC_db_connections, 1);
		l->plan->changed(l);
	} else {
		l->plan->room(l);
	}
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;
	enum link_state before = l->state;

	(void)fd;
	(void)what;
	bool ok = !fail_now(FAIL_DB_READ) && PQconsumeInput(l->pg);
	take_results(l);
	take_notifies(l);
	if (ok && flush(l))
		settle(l, before);
	else
		lose_broken(l);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;

	(void)fd;
	(void)what;
	if (!flush(l))
		lose_broken(l);
}

static void set_up(struct link *l)
{
	int fd = PQsocket(l->pg);

	if (PQsetnonblocking(l->pg, 1) != 0 || !PQenterPipelineMode(l->pg)) {
		lose_broken(l);
		return;
	}
	event_assign(&l->readable, l->plan->loop, fd, EV_READ | EV_PERSIST, on_readable, l);
	event_assign(&l->writable, l->plan->loop, fd, EV_WRITE, on_writable, l);
	loop_urgent(&l->readable);
	loop_urgent(&l->writable);
	event_add(&l->readable, NULL);
	l->state = LINK_SETTING_UP;
	prepared_clear(&l->prepared);
	l->setup = (struct exchange){.queries = l->plan->setup, .n = l->plan->nsetup, .ended = setup_ended};
	send_exchange(l, &l->setup);
}

static void on_connecting(evutil_socket_t fd, short what, void *arg);

/* One shot each time: libpq opens another socket when it goes on to the next address. */
static void watch(struct link *l, short what)
{
	event_assign(&l->readable, l->plan->loop, PQsocket(l->pg), what, on_connecting, l);
	event_add(&l->readable, NULL);
}

static void on_connecting(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;

	(void)fd;
	(void)what;
	switch (PQconnectPoll(l->pg)) {
	case PGRES_POLLING_READING:
		watch(l, EV_READ);
		break;
	case PGRES_POLLING_WRITING:
		watch(l, EV_WRITE);
		break;
	case PGRES_POLLING_OK:
		set_up(l);
		break;
	default:
		lose_broken(l);
	}
}

/* The server's notices are for people at a terminal; they may quote data. */
static void drop_notice(void *arg, const PGresult *notice)
{
	(void)arg;
	(void)notice;
}

static void connect_now(struct link *l)
{
	const struct target *t = l->plan->target;

	l->state = LINK_CONNECTING;
	l->pg = PQconnectStartParams(t->keywords, t->values, 0);
	if (!l->pg || PQstatus(l->pg) == CONNECTION_BAD) {
		lose_broken(l);
		return;
	}
	PQsetNoticeReceiver(l->pg, drop_notice, NULL);
	set_timer(l, INT64_C(1000) * CONNECT_MS);
	watch(l, EV_WRITE);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;
	int64_t left;

	(void)fd;
	(void)what;
	switch (l->state) {
	case LINK_ASLEEP:
		break;
	case LINK_DOWN:
		connect_now(l);
		break;
	case LINK_CONNECTING:
	case LINK_SETTING_UP:
		lose(l, "connecting took too long", LINK_LOST_STATE);
		break;
	case LINK_READY:
	case LINK_RETIRING:
		if (list_empty(&l->sent))
			break;
		left = l->head_us + l->plan->limit_us - clock_mono_us();
		if (left > 0)
			set_timer(l, left);
		else
			lose(l, "no answer in time", LINK_TIMEOUT_STATE);
	}
}

void link_init(struct link *l, const struct link_plan *plan, struct arena *arena)
{
	*l = (struct link){.plan = plan, .state = LINK_ASLEEP};
	prepared_init(&l->prepared, arena, plan->nstatements);
	list_init(&l->sent);
	event_assign(&l->readable, plan->loop, -1, 0, on_connecting, l);
	event_assign(&l->writable, plan->loop, -1, 0, on_writable, l);
	event_assign(&l->timer, plan->loop, -1, 0, on_timer, l);
}

void link_wake(struct link *l)
{
	must(l->state == LINK_ASLEEP);
	l->state = LINK_DOWN;
	set_timer(l, 0);
}

void link_close(struct link *l)
{
	if (l->state == LINK_READY || l->state == LINK_RETIRING)
		metric_add(METRIC_db_connections, -1);
	disconnect(l);
	while (!list_empty(&l->sent))
		end_head(l, LINK_LOST_STATE);
}
