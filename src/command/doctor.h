#ifndef TIEPDAN_COMMAND_DOCTOR_H
#define TIEPDAN_COMMAND_DOCTOR_H

#include <stddef.h>

#include <libpq-fe.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/str.h"

/* What `tiepdan doctor` looks at, a file for each thing that it asks about. */

struct patient {
	const struct config *config;
	struct arena *arena;
	PGconn *app, *owner; /* NULL while they cannot be reached */
};

/* A finding: absent `fault` means that all is well. */
struct finding {
	struct str fault;
	const char *cure;
	bool mild; /* worth knowing, but nothing is wrong yet */
};

extern const struct finding well;

struct check {
	const char *name;
	struct finding (*run)(struct patient *p);
};

/* In the order in which they are run: later ones use what earlier ones have found. */
struct checks {
	const struct check *at;
	size_t n;
};
#define CHECKS(all)                                                                                          \
	{                                                                                                    \
		(all), sizeof(all) / sizeof((all)[0])                                                        \
	}

extern const struct checks doctor_database, doctor_city, doctor_record, doctor_machine, doctor_others;

/* One row of text from a statement, absent when it fails. */
struct str doctor_ask(struct patient *p, PGconn *pg, const char *statement);
/* The same of the owner, about a number. */
struct str doctor_ask_about(struct patient *p, const char *statement, int64_t number);

#endif
