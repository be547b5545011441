/* tiepdan doctor: says what is wrong with an installation and how to mend it. */
#include "command/doctor.h"

#include <stdio.h>
#include <stdlib.h>

#include "command/command.h"
#include "command/pg.h"
#include "shape/shape.h"

const struct finding well = {.fault = {NULL, 0}};

static const struct checks *const all[] = {
	&doctor_database, &doctor_city, &doctor_record, &doctor_machine, &doctor_others};

struct str doctor_ask(struct patient *p, PGconn *pg, const char *statement)
{
	PGresult *r = pg ? pg_query(pg, statement, NULL, 0) : NULL;
	struct str answer =
		r && PQntuples(r) > 0 ? arena_str(p->arena, str_of(PQgetvalue(r, 0, 0))) : STR_NONE;

	PQclear(r);
	return answer;
}

struct str doctor_ask_about(struct patient *p, const char *statement, int64_t number)
{
	struct str text = arena_printf(p->arena, "%lld", (long long)number);
	PGresult *r = p->owner ? pg_query(p->owner, statement, &text, 1) : NULL;
	struct str answer =
		r && PQntuples(r) > 0 ? arena_str(p->arena, str_of(PQgetvalue(r, 0, 0))) : STR_NONE;

	PQclear(r);
	return answer;
}

static const char *verdict(const struct finding *f)
{
	if (!f->fault.at)
		return "ok";
	return f->mild ? "warn" : "WRONG";
}

/* Returns whether something is wrong. */
static bool look(struct patient *p, const struct check *check)
{
	struct finding f = check->run(p);

	printf("%-6s %s%s%.*s\n", verdict(&f), check->name, f.fault.at ? ": " : "", STR_ARG(f.fault));
	if (f.fault.at)
		printf("       cure: %s\n", f.cure);
	return f.fault.at && !f.mild;
}

int command_doctor(const struct config *config, char **args)
{
	if (!command_ends(args))
		return EXIT_FAILURE;
	shape_init(); /* what identity providers answer is read by it */
	struct patient p = {.config = config, .arena = arena_new()};
	int faults = 0;
	for (size_t i = 0; p.arena && i < sizeof(all) / sizeof(all[0]); i++)
		for (size_t j = 0; j < all[i]->n; j++)
			faults += look(&p, &all[i]->at[j]);
	PQfinish(p.app);
	PQfinish(p.owner);
	arena_free(p.arena);
	return faults == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
