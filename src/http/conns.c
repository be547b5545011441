/* The connections of this process. */
#include <stdlib.h>

#include "base/fail.h"
#include "http/conn_private.h"

enum {
	SHED_AFTER_US = 1000000
};

struct conns *conns_new(struct app *app)
{
	struct conns *conns = fail_malloc(sizeof(*conns));

	if (!conns)
		return NULL;
	*conns = (struct conns){.app = app, .date_second = INT64_MIN};
	for (unsigned i = 0; i < CONN_STATES; i++)
		list_init(&conns->list[i]);
	return conns;
}

static void cut_all(struct list *list)
{
	list_each (node, list) {
		struct conn *c = list_entry(node, struct conn, node);
		conn_cut(c);
		conn_destroy(c);
	}
}

void conns_free(struct conns *conns)
{
	if (!conns)
		return;
	for (unsigned i = 0; i < CONN_STATES; i++)
		cut_all(&conns->list[i]);
	free(conns->spare);
	free(conns);
}

struct str conns_date(struct conns *conns)
{
	int64_t now = clock_wall_ms();

	if (now / 1000 != conns->date_second) {
		conns->date_second = now / 1000;
		clock_http_date(now, conns->date);
	}
	return str_of(conns->date);
}

static bool shed_oldest(struct list *list)
{
	if (list_empty(list))
		return false;
	struct conn *oldest = list_entry(list->next, struct conn, node);
	if (oldest->pumping || clock_mono_us() - oldest->since_us < SHED_AFTER_US)
		return false;
	conn_cut(oldest);
	conn_destroy(oldest);
	return true;
}

bool conns_shed(struct conns *conns)
{
	return shed_oldest(&conns->list[CONN_IDLE]) || shed_oldest(&conns->list[CONN_HEAD]);
}

/* Bytes may have come that were not read yet: the pump looks before it closes. */
void conns_drain(struct app *app)
{
	list_each (node, &app->conns->list[CONN_IDLE])
		conn_wake(list_entry(node, struct conn, node));
}

unsigned conns_count(const struct app *app)
{
	return app->conns->n;
}
