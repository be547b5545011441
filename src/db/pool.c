/* A pool of links: a queue for each lane, the least loaded link first, one more link when all are at work. */
#include "db/pool.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <string.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/must.h"

static const char *const pool_names[DB_POOLS] = {"fast", "search", "slow", "door", "record"};

int64_t pool_timeout_ms(const struct db *db, enum db_pool which)
{
	const struct config *config = db->app->config;

	return which == DB_SLOW ? config->db_slow_timeout_ms : config->db_timeout_ms;
}

/* statement_timeout counts per statement: this bounds the unit, should the server not answer at all. */
int64_t pool_limit_us(const struct db *db, enum db_pool which)
{
	return pool_timeout_ms(db, which) * 1500 + 1000000;
}

static struct db_unit *unit_of(struct list *node)
{
	return list_entry(list_entry(node, struct exchange, in), struct db_unit, exchange);
}

/* The first link that this lane may use. */
static unsigned first_of(const struct pool *pool, enum lane lane)
{
	return lane == LANE_STAFF ? 0 : pool->staff_links;
}

static bool any_ready(const struct pool *pool, enum lane lane)
{
	for (unsigned i = first_of(pool, lane); i < pool->nlinks; i++)
		if (pool->links[i].state == LINK_READY)
			return true;
	return false;
}

/* Whether one that has not failed yet is on its way, or could be. */
static bool is_expected(const struct pool *pool, unsigned from, unsigned to)
{
	bool asleep = false, failed = false;

	for (unsigned i = from; i < to; i++) {
		const struct link *l = &pool->links[i];
		if (l->state == LINK_RETIRING)
			return true;
		if (l->state == LINK_ASLEEP)
			asleep = true;
		else if (l->attempts > 0 || link_is_long_lost(l))
			failed = true;
		else if (l->state != LINK_READY)
			return true;
	}
	return asleep && !failed;
}

/* The first one that is asleep, unless one is on its way: forty backends that start together keep all of them
 * from work. */
static struct link *sleeper(const struct pool *pool, unsigned from, unsigned to)
{
	struct link *next = NULL;

	for (unsigned i = from; i < to; i++) {
		struct link *l = &pool->links[i];
		if (l->state == LINK_DOWN || l->state == LINK_CONNECTING || l->state == LINK_SETTING_UP)
			return NULL;
		if (!next && l->state == LINK_ASLEEP)
			next = l;
	}
	return next;
}

/* Before the process is settled its own units share the first link. */
static bool may_grow(const struct pool *pool, const struct db_unit *u)
{
	return pool->db->settled || !u->patient;
}

/* Wakes another link for a unit: for staff one of their own first, whatever keeps the shared ones. */
static void grow(struct pool *pool, const struct db_unit *u)
{
	struct link *next = u->lane == LANE_STAFF ? sleeper(pool, 0, pool->staff_links) : NULL;

	if (!may_grow(pool, u))
		return;
	if (!next)
		next = sleeper(pool, first_of(pool, u->lane), pool->nlinks);
	if (next)
		link_wake(next);
}

static struct link *least_loaded(const struct pool *pool, unsigned from, unsigned to)
{
	struct link *best = NULL;

	for (unsigned i = from; i < to; i++) {
		struct link *l = &pool->links[i];
		if (l->state != LINK_READY || l->nsent >= POOL_DEPTH)
			continue;
		if (!best || l->nsent < best->nsent)
			best = l;
		if (best->nsent == 0)
			break;
	}
	return best;
}

/* Staff are not behind others, who may wait for something, while a link of their own has room, or for a
 * moment while one can be had. */
static struct link *link_for(const struct pool *pool, const struct db_unit *u)
{
	bool staff = u->lane == LANE_STAFF;
	struct link *own = staff ? least_loaded(pool, 0, pool->staff_links) : NULL;

	if (own && own->nsent == 0)
		return own;
	struct link *shared = least_loaded(pool, pool->staff_links, pool->nlinks);
	if (!staff || !shared || shared->nsent == 0)
		return shared ? shared : own;
	bool waits = may_grow(pool, u) && is_expected(pool, 0, pool->staff_links) &&
		     clock_mono_us() - u->queued_us < POOL_OWN_US;
	return own || waits ? own : shared;
}

static enum lane lane_of(const struct db_unit *u)
{
	const struct db_job *job = u->job;
	bool staff = u->pool == DB_DOOR || (job ? u->patient || u->staff : u->req->who.kind == WHO_STAFF);

	return staff ? LANE_STAFF : LANE_OTHERS;
}

static void take(struct pool *pool, struct db_unit *u)
{
	list_remove(&u->exchange.in);
	pool->waiting[u->lane].n--;
}

/* When no link is there, nor is expected, no request waits: the client is told to come back. Jobs wait their
 * time. */
static void refuse_requests(struct pool *pool)
{
	for (enum lane lane = 0; lane < LANES; lane++) {
		if (any_ready(pool, lane) || is_expected(pool, first_of(pool, lane), pool->nlinks))
			continue;
		list_each (node, &pool->waiting[lane].units) {
			struct db_unit *u = unit_of(node);
			if (!u->patient) {
				take(pool, u);
				unit_end(u, LINK_LOST_STATE);
			}
		}
	}
}

/* The oldest unit of a lane, taken off it, if a link has room for it. */
static struct db_unit *next_of(struct pool *pool, enum lane lane, struct link **ret_link)
{
	if (pool->waiting[lane].n == 0)
		return NULL;
	struct db_unit *u = unit_of(pool->waiting[lane].units.next);
	*ret_link = link_for(pool, u);
	if (!*ret_link || (*ret_link)->nsent > 0)
		grow(pool, u);
	if (!*ret_link)
		return NULL;
	take(pool, u);
	return u;
}

/* Staff first, but nobody for ever. */
static struct db_unit *next_unit(struct pool *pool, struct link **ret_link)
{
	bool others_turn = pool->staff_turns >= POOL_STAFF_TURNS;
	struct db_unit *u = others_turn ? NULL : next_of(pool, LANE_STAFF, ret_link);

	if (!u && (u = next_of(pool, LANE_OTHERS, ret_link)))
		pool->staff_turns = 0;
	else if (!u)
		u = next_of(pool, LANE_STAFF, ret_link);
	if (u && u->lane == LANE_STAFF)
		pool->staff_turns += pool->waiting[LANE_OTHERS].n > 0;
	return u;
}

static void dispatch(struct pool *pool)
{
	struct link *l = NULL;
	struct db_unit *u;

	refuse_requests(pool);
	while ((u = next_unit(pool, &l)) != NULL) {
		if (unit_unwanted(u)) {
			unit_end(u, LINK_LOST_STATE);
			continue;
		}
		u->state = UNIT_SENT;
		metric_add(METRIC_db_units, 1);
		link_send(l, &u->exchange);
	}
}

static void link_room(struct link *l)
{
	dispatch(l->plan->owner);
}

/* Says when the pool goes and when it is back, not what each of its links does. */
static void link_changed(struct link *l)
{
	struct pool *pool = l->plan->owner;
	bool up = any_ready(pool, LANE_OTHERS);

	if (up != pool->up)
		log_at(up ? LOG_INFO : LOG_ERROR, up ? "db.up" : "db.down",
			LOG_STR("pool", str_of(pool_names[pool - pool->db->pools])));
	pool->up = up;
	dispatch(pool);
}

static void link_failed(struct link *l, const char *reason)
{
	struct pool *pool = l->plan->owner;

	db_complain(pool->db, "db.connection", reason);
}

static void set_timer(struct pool *pool, int64_t us)
{
	struct timeval tv = {.tv_sec = us / 1000000, .tv_usec = us % 1000000};

	event_add(&pool->timer, &tv);
}

/* All units of a pool may wait equally long, so that the oldest of a lane is its first to be late. Returns
 * when the next one of this lane will be. */
static int64_t end_late(struct pool *pool, struct queue *queue, int64_t now_us)
{
	while (queue->n > 0) {
		struct db_unit *u = unit_of(queue->units.next);
		int64_t late_us = u->queued_us + pool->plan.limit_us;
		if (late_us > now_us)
			return late_us;
		take(pool, u);
		unit_end(u, LINK_TIMEOUT_STATE);
	}
	return INT64_MAX;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct pool *pool = arg;
	int64_t now_us = clock_mono_us(), first_us = INT64_MAX;

	(void)fd;
	(void)what;
	for (enum lane lane = 0; lane < LANES; lane++) {
		int64_t late_us = end_late(pool, &pool->waiting[lane], now_us);
		first_us = late_us < first_us ? late_us : first_us;
	}
	if (first_us < INT64_MAX)
		set_timer(pool, first_us - now_us);
}

void pool_push(struct pool *pool, struct db_unit *u)
{
	u->lane = lane_of(u);
	u->queued_us = clock_mono_us();
	struct queue *queue = &pool->waiting[u->lane];
	if (queue->n >= pool->waiting_max) {
		metric_add(METRIC_overloaded, u->req ? 1 : 0);
		unit_end(u, LINK_BUSY_STATE);
		return;
	}
	u->state = UNIT_WAITING;
	list_append(&queue->units, &u->exchange.in);
	queue->n++;
	dispatch(pool);
	if (queue->n > 0 && !event_pending(&pool->timer, EV_TIMEOUT, NULL))
		set_timer(pool, pool->plan.limit_us);
}

/* Backends beyond a few for each processor take them from each other. The machine of the database is not
 * known: it is taken to be like this one. */
static int64_t few_for_each_processor(const struct config *config)
{
	cpu_set_t processors;
	int n = sched_getaffinity(0, sizeof(processors), &processors) == 0 ? CPU_COUNT(&processors) : 1;
	int64_t share = (n * POOL_PER_PROCESSOR + config->workers - 1) / config->workers;

	return share < POOL_LEAST ? POOL_LEAST : share > POOL_MOST ? POOL_MOST : share;
}

static const char *url_of(const struct db_urls *urls, enum db_pool which)
{
	return (const char *[DB_POOLS]){
		urls->serve, urls->search, urls->serve, urls->door, urls->seals ? urls->serve : NULL}[which];
}

int64_t pool_links(const struct config *config, const struct db_urls *urls, enum db_pool which)
{
	int64_t fast = config->db_fast > 0 ? config->db_fast : few_for_each_processor(config);

	if (!url_of(urls, which))
		return 0;
	return (const int64_t[DB_POOLS]){fast, config->db_search, config->db_slow, config->db_door, 1}[which];
}

void pool_wake(struct pool *pool)
{
	if (pool->nlinks > 0 && pool->links[pool->staff_links].state == LINK_ASLEEP)
		link_wake(&pool->links[pool->staff_links]);
}

/* The question whether the schema can be served, if it is asked. */
static void plan_setup(struct pool *pool)
{
	static const int text_length[1], text_format[1];
	struct db *db = pool->db;

	for (unsigned i = 0; i < db->nstatements && db->urls.known > 0; i++)
		if (strcmp(db->statements[i].name, "db_serves") == 0)
			pool->ask_first = (struct query){
				QUERY_TEXT, &db->statements[i], &pool->known, text_length, text_format};
	must(db->urls.known == 0 || pool->ask_first.statement);
	pool->known = arena_cstr(db->arena, arena_printf(db->arena, "%" PRId64, db->urls.known));
	pool->plan.setup = &pool->ask_first;
	pool->plan.nsetup = pool->ask_first.statement != NULL;
}

int pool_open(struct pool *pool, struct db *db, enum db_pool which)
{
	const struct config *config = db->app->config;
	long long timeout = pool_timeout_ms(db, which);
	/* Waiting for another transaction ends first, so that it is told apart from slowness (55P03, not
	 * 57014). Of a machine that has gone without a word PostgreSQL learns as fast as we do of its own
	 * (target.c): until then its sessions hold locks, and say that a server is there
	 * (servers_behind()). */
	struct str reason,
		options = arena_printf(db->arena,
			"-c jit=off -c timezone=UTC -c statement_timeout=%lld -c lock_timeout=%lld "
			"-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3 "
			"-c tcp_user_timeout=30000",
			timeout, timeout * 4 / 5);

	pool->db = db;
	for (enum lane lane = 0; lane < LANES; lane++)
		list_init(&pool->waiting[lane].units);
	event_assign(&pool->timer, db->app->loop, -1, 0, on_timer, pool);
	const char *url = url_of(&db->urls, which);
	if (!url)
		return 0; /* no links: whoever comes is told to come back */
	if (!target_resolve(db->arena, url, options, &pool->target, &reason)) {
		db_complain(db, "db.url", arena_cstr(db->arena, reason));
		return -EINVAL;
	}
	if (db->urls.name)
		target_name(&pool->target, db->urls.name);
	pool->plan = (struct link_plan){.loop = db->app->loop,
		.target = &pool->target,
		.nstatements = db->nstatements,
		.limit_us = pool_limit_us(db, which),
		.owner = pool,
		.changed = link_changed,
		.room = link_room,
		.failed = link_failed};
	plan_setup(pool);
	pool->nlinks = (unsigned)pool_links(config, &db->urls, which);
	if (which != DB_DOOR)
		pool->staff_links =
			pool->nlinks > POOL_STAFF_SHARE ? pool->nlinks / POOL_STAFF_SHARE : pool->nlinks > 1;
	pool->waiting_max = pool->nlinks * (unsigned)config->db_queue;
	pool->links = arena_alloc(db->arena, pool->nlinks * sizeof(*pool->links));
	for (unsigned i = 0; i < pool->nlinks; i++)
		link_init(&pool->links[i], &pool->plan, db->arena);
	return 0;
}

void pool_close(struct pool *pool)
{
	event_del(&pool->timer);
	for (unsigned i = 0; i < pool->nlinks; i++)
		link_close(&pool->links[i]);
	for (enum lane lane = 0; lane < LANES; lane++)
		while (pool->waiting[lane].n > 0) {
			struct db_unit *u = unit_of(pool->waiting[lane].units.next);
			take(pool, u);
			unit_end(u, LINK_LOST_STATE);
		}
}
