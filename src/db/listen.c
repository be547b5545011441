/* NOTIFY on a connection of its own: who listens never stands behind a slow unit. */
#include "db/listen.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/must.h"
#include "db/pool.h"

enum {
	CHANNELS_MAX = 8
};

struct db_listener {
	struct db *db;
	struct target target;
	struct link_plan plan;
	struct link link;
	unsigned n;
	struct channel {
		const char *name;
		void (*heard)(struct app *app, struct str payload);
		struct db_statement statement; /* LISTEN */
	} channels[CHANNELS_MAX];
	struct query setup[CHANNELS_MAX];
};

static void changed(struct link *l)
{
	struct db_listener *listener = l->plan->owner;

	for (unsigned i = 0; l->state == LINK_READY && i < listener->n; i++)
		listener->channels[i].heard(listener->db->app, STR_NONE);
}

static void heard(struct link *l, const PGnotify *note)
{
	struct db_listener *listener = l->plan->owner;

	for (unsigned i = 0; i < listener->n; i++)
		if (strcmp(listener->channels[i].name, note->relname) == 0)
			listener->channels[i].heard(listener->db->app, str_of(note->extra));
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

static struct db_listener *listener_new(struct db *db)
{
	struct db_listener *l = arena_try(db->arena, sizeof(*l));

	if (!l)
		return NULL;
	*l = (struct db_listener){.db = db, .target = db->pools[DB_FAST].target};
	l->plan = (struct link_plan){.loop = db->app->loop,
		.target = &l->target,
		.setup = l->setup,
		.limit_us = pool_limit_us(db, DB_FAST),
		.owner = l,
		.changed = changed,
		.room = room,
		.failed = failed,
		.heard = heard};
	link_init(&l->link, &l->plan, db->arena);
	link_wake(&l->link);
	return l;
}

int db_listen(struct db *db, const char *name, void (*heard_)(struct app *app, struct str payload))
{
	struct db_listener *l = db->listener ? db->listener : listener_new(db);

	if (!l)
		return -ENOMEM;
	db->listener = l;
	must(l->n < CHANNELS_MAX && l->link.state == LINK_DOWN);
	struct channel *c = &l->channels[l->n];
	*c = (struct channel){.name = name, .heard = heard_};
	c->statement = (struct db_statement){.name = "listen", .text = listen_text(db->arena, name)};
	l->setup[l->n] = (struct query){.kind = QUERY_TEXT, .statement = &c->statement};
	l->plan.nsetup = ++l->n;
	return 0;
}

void listen_close(struct db *db)
{
	if (db->listener)
		link_close(&db->listener->link);
}
