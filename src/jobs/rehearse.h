#ifndef TIEPDAN_JOBS_REHEARSE_H
#define TIEPDAN_JOBS_REHEARSE_H

#include "civil/city_copy.h"
#include "civil/rules_program.h"
#include "db/unit.h"

/* What a set of rules would have made of tickets that were filed, beside what the active set makes of them:
 * both decide on the same facts, in one city, as of the day of the filing, so that only the rules make the
 * difference. What departments have to do (`load`) is that of today for both. */

enum {
	REHEARSE_PORTION = 500,	     /* tickets of one transaction, or */
	REHEARSE_BYTES = 512 * 1024, /* so much text: that takes some tens of milliseconds */
};

/* The set that is tried. It keeps the city that it was made for. */
struct rehearse {
	struct uuid id; /* of the rehearsal */
	const struct app *app;
	struct arena *arena;
	struct city_copy *copy;
	struct city tried; /* the same city with the other rules */
	struct str text;
	const struct rules *rules; /* NULL: they cannot be read */
	bool *used;		   /* by place: rules that had a say */
};

/* NULL when memory is out. */
struct rehearse *rehearse_new(struct app *app, struct uuid id, struct str text);
/* Reads the rules and makes them ready. May take long: in the thread of base/work.h. */
void rehearse_prepare(struct rehearse *r);
/* The names of the rules, in their order; how many says rules_count(). */
const struct str *rehearse_names(const struct rehearse *r, struct arena *arena);
/* Decides on as many of these tickets (rehearsal_read.sql) as one portion has, and queues what is stored of
 * them. False when memory is out. */
bool rehearse_portion(struct rehearse *r, const PGresult *rows, struct db_unit *u);
void rehearse_free(struct rehearse *r); /* accepts NULL */

#endif
