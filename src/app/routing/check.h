#ifndef TIEPDAN_APP_ROUTING_CHECK_H
#define TIEPDAN_APP_ROUTING_CHECK_H

#include <libpq-fe.h>

#include "app/routing/render.h"
#include "civil/city_copy.h"
#include "civil/rules_program.h"
#include "http/req.h"

/* A text of rules that is read and checked beside the event loop, with the city as it was when that began. It
 * lives as long as its request. */
struct check {
	const struct rules *rules; /* NULL: it cannot be read */
	struct rules_faults faults;
	const struct rule_name *names;
	unsigned nnames;
	const struct rules_program *program; /* NULL unless it was asked for */
	struct city_copy *copy;
	struct arena *arena; /* of all this */
};

/* What is wanted of a text. */
struct check_order {
	struct str text; /* lives as long as the request */
	enum rules_purpose purpose;
	struct str people; /* of rules of assignment: see assign_city(); lives as long, too */
	bool compile;	   /* a program, and no search for faults */
	const void *of;	   /* for `then` */
	/* Runs in the loop, unless the client has left. */
	void (*then)(struct req *req, const struct check *check, const void *of);
};

/* What a text is to be read as, and that of a set, by a row with purpose, people and text. */
struct check_order check_order_of(const PGresult *row);
bool check_is_assignment(const PGresult *row);
/* False after an answer: there is no memory, or no city yet. */
bool check_begin(struct req *req, const struct check_order *order);
/* 422 with every fault that is more than a warning; false and no answer when there is none. */
bool check_refuse(struct req *req, const struct check *check, const struct rendering *rendering);
/* The member "warnings" of an answer, without a comma. */
struct str check_warnings(struct req *req, const struct check *check, const struct rendering *rendering);

#endif
