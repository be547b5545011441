/* The pools of one process, and the delivery of ended units. */
#include "db/db.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/loop.h"
#include "db/batch.h"
#include "db/listen.h"
#include "db/pool.h"

void db_complain(struct db *db, const char *what, const char *reason)
{
	int64_t now = clock_mono_us();

	if (db->complained_us && now - db->complained_us < 1000000)
		return;
	db->complained_us = now;
	log_warn(what, LOG_STR("reason", str_trim(str_of(reason), " \n")));
}

/* Handlers may end further units meanwhile (a refused one ends at once): those are for the next turn of the
 * loop, so that a job that tries again and again cannot hold it. */
static void deliver_ended(struct db *db)
{
	struct list *last = db->ended.prev, *node;

	if (list_empty(&db->ended))
		return;
	db->delivering = true;
	do {
		node = db->ended.next;
		list_remove(node);
		unit_deliver(list_entry(list_entry(node, struct exchange, in), struct db_unit, exchange));
	} while (node != last);
	db->delivering = false;
}

static void on_deliver(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval at_once = {0, 0};
	struct db *db = arg;

	(void)fd;
	(void)what;
	deliver_ended(db);
	loop_urgent(&db->deliver);
	if (!list_empty(&db->ended)) {
		loop_ordinary(&db->deliver);
		event_add(&db->deliver, &at_once);
	}
}

void unit_end(struct db_unit *u, const char *sqlstate)
{
	struct db *db = u->db;

	u->exchange.sqlstate = sqlstate;
	u->state = UNIT_ENDED;
	list_append(&db->ended, &u->exchange.in);
	if (!db->delivering)
		event_active(&db->deliver, EV_TIMEOUT, 0);
}

struct db_urls db_urls_of(const struct config *config, bool serves)
{
	const char *all = config->database_url;

	if (serves)
		return (struct db_urls){
			.serve = all, .search = all, .door = config->door_url[0] ? config->door_url : all};
	return (struct db_urls){.serve = config->job_url[0] ? config->job_url : all, .seals = true};
}

int64_t db_connections(const struct config *config, const struct db_urls *urls, int64_t *ret_begins)
{
	int64_t most = 1;

	*ret_begins = 1;
	for (enum db_pool i = 0; i < DB_POOLS; i++) {
		int64_t links = pool_links(config, urls, i);
		most += links;
		*ret_begins += links > 0;
	}
	return most;
}

static struct db *open_pools(
	struct app *app, const struct db_statement *statements, unsigned n, struct db_urls urls)
{
	struct arena *arena = arena_new();
	struct db *db = arena ? arena_try(arena, sizeof(*db)) : NULL;

	if (!db) {
		arena_free(arena);
		return NULL;
	}
	*db = (struct db){
		.app = app, .arena = arena, .urls = urls, .statements = statements, .nstatements = n};
	list_init(&db->ended);
	event_assign(&db->deliver, app->loop, -1, 0, on_deliver, db);
	loop_urgent(&db->deliver);
	batch_open(db);
	for (enum db_pool i = 0; i < DB_POOLS; i++) {
		if (pool_open(&db->pools[i], db, i) == 0)
			continue;
		while (i-- > 0)
			pool_close(&db->pools[i]);
		arena_free(arena);
		return NULL;
	}
	pool_wake(&db->pools[DB_FAST]);
	return db;
}

void db_settle(struct db *db)
{
	db->settled = true;
	for (enum db_pool i = 0; i < DB_POOLS; i++)
		pool_wake(&db->pools[i]);
}

struct db *db_open_with(struct app *app, const struct db_statement *statements, unsigned n)
{
	return open_pools(app, statements, n, (struct db_urls){.serve = app->config->database_url});
}

struct db *db_open(struct app *app, struct db_urls urls)
{
	return open_pools(app, db_statements, db_nstatements, urls);
}

void db_close(struct db *db)
{
	for (unsigned i = 0; i < DB_POOLS; i++)
		pool_close(&db->pools[i]);
	listen_close(db);
	deliver_ended(db);
	batch_close(db);
	event_del(&db->deliver);
	arena_free(db->arena);
}

struct str db_refusal(const struct db *db)
{
	const struct pool *pool = &db->pools[DB_FAST];

	for (unsigned i = 0; i < pool->nlinks && !db_ready(db); i++)
		if (pool->links[i].refusal[0] != '\0')
			return str_of(pool->links[i].refusal);
	return STR_NONE;
}

bool db_ready(const struct db *db)
{
	for (unsigned i = 0; i < db->pools[DB_FAST].nlinks; i++)
		if (db->pools[DB_FAST].links[i].state == LINK_READY)
			return true;
	return false;
}
