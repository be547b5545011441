/* NOTIFY on connections of their own: a listener never stands behind a slow unit. */
#include "db/listen.h"

#include <errno.h>

#include "base/buf.h"
#include "db/pool.h"

struct db_listener {
	struct db_listener *next;
	struct db *db;
	struct target target;
	struct link_plan plan;
	struct link link;
	struct db_statement statement; /* LISTEN */
	struct query query;
	void (*heard)(struct app *app, struct str payload);
};

static void changed(struct link *l)
{
	struct db_listener *listener = l->plan->owner;

	if (l->state == LINK_READY)
		listener->heard(listener->db->app, STR_NONE);
}

static void heard(struct link *l, struct str payload)
{
	struct db_listener *listener = l->plan->owner;

	listener->heard(listener->db->app, payload);
}

static void room(struct link *l)
{
	(void)l;
}

static void failed(struct link *l, const char *reason)
{
	struct db_listener *listener = l->plan->owner;

	db_complain(listener->db, "db.listener", reason);
}

/* LISTEN takes no parameter: the channel is a quoted identifier. */
static const char *listen_text(struct arena *arena, const char *channel)
{
	struct buf text = {.arena = arena};

	buf_put(&text, STR("LISTEN \""));
	for (const char *p = channel; *p; p++) {
		if (*p == '"')
			buf_byte(&text, '"');
		buf_byte(&text, *p);
	}
	buf_byte(&text, '"');
	return arena_cstr(arena, buf_str(&text));
}

int db_listen(struct db *db, const char *channel, void (*heard_)(struct app *app, struct str payload))
{
	struct db_listener *l = arena_try(db->arena, sizeof(*l));

	if (!l)
		return -ENOMEM;
	*l = (struct db_listener){
		.next = db->listeners, .db = db, .target = db->pools[DB_FAST].target, .heard = heard_};
	l->statement = (struct db_statement){.name = "listen", .text = listen_text(db->arena, channel)};
	l->query = (struct query){.kind = QUERY_TEXT, .statement = &l->statement};
	l->plan = (struct link_plan){.loop = db->app->loop,
		.target = &l->target,
		.setup = &l->query,
		.nsetup = 1,
		.limit_us = pool_limit_us(db, DB_FAST),
		.owner = l,
		.changed = changed,
		.room = room,
		.failed = failed,
		.heard = heard};
	db->listeners = l;
	link_init(&l->link, &l->plan, db->arena);
	return 0;
}

void listen_close(struct db *db)
{
	for (struct db_listener *l = db->listeners; l; l = l->next)
		link_close(&l->link);
}
