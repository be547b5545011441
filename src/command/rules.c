/* Rules as a file. */
#include "command/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "civil/assign.h"
#include "command/loaded.h"
#include "command/pg.h"
#include "db/answer.h"

/* Line by line, as compilers do; false when there is more than warnings. */
static bool print_faults(struct str name, const struct rules_faults *faults)
{
	bool fine = true;

	for (unsigned i = 0; i < faults->n; i++) {
		const struct rules_fault *f = &faults->at[i];

		fprintf(stderr, "%.*s:%u:%u: %s%.*s\n", STR_ARG(name), f->line, f->column,
			f->warns ? "warning: " : "", STR_ARG(f->en));
		fine = fine && f->warns;
	}
	return fine;
}

const struct city *rules_city(PGconn *pg, struct arena *arena, const struct city *city, struct str department)
{
	struct str reason;
	PGresult *r;

	if (!city && !(city = loaded_city(pg, arena, &reason)))
		fprintf(stderr, "tiepdan: rules need a city: %.*s\n", STR_ARG(reason));
	if (!city || !department.at)
		return city;
	r = pg_query(pg, "command_rules_people", (struct str[]){department}, 1);
	city = r ? assign_city(arena, city, arena_str(arena, str_of(PQgetvalue(r, 0, 0))), true) : NULL;
	PQclear(r);
	return city;
}

/* NULL after messages. */
static const struct rules *checked(
	PGconn *pg, struct arena *arena, const struct city *city, const struct rules_file *file)
{
	enum rules_purpose purpose = file->department.at ? RULES_ASSIGNMENT : RULES_ROUTING;
	struct rules_faults faults = {.n = 0};
	const struct rules *rules;

	city = rules_city(pg, arena, city, file->department);
	if (!city)
		return NULL;
	rules = rules_read(arena, purpose, file->text, &faults);
	if (rules)
		faults = rules_check(
			arena, rules, city, calendar_local_day(city->calendar, clock_wall_ms() / 1000));
	return print_faults(file->name, &faults) ? rules : NULL;
}

static struct str names_json(struct arena *arena, const struct rules *rules)
{
	struct buf out = {.arena = arena};
	unsigned n;
	const struct rule_name *names = rules_names(arena, rules, &n);

	buf_byte(&out, '[');
	for (unsigned i = 0; i < n; i++) {
		buf_put(&out, i > 0 ? STR(",{") : STR("{"));
		buf_member(&out, "what", str_of(names[i].what));
		buf_member(&out, "code", names[i].code);
		buf_member(&out, "rule", names[i].rule);
		buf_printf(&out, ",\"effect\":%s,\"line\":%u}", names[i].effect ? "true" : "false",
			names[i].line);
	}
	buf_byte(&out, ']');
	return buf_str(&out);
}

/* Without the folders before it. */
static struct str base_of(struct str path)
{
	struct str name = path, rest = path;

	while (str_next(&rest, '/', &name))
		;
	return name;
}

bool rules_import(PGconn *pg, const struct city *city, const struct rules_file *file)
{
	struct arena *arena = arena_new();
	const struct rules *rules = arena ? checked(pg, arena, city, file) : NULL;
	struct uuid id = uuid_new();
	char id_text[UUID_TEXT_SIZE];
	bool ok = false;

	if (rules) {
		uuid_format(&id, id_text);
		ok = pg_do(pg, "command_rules_import",
			(struct str[]){str_of(id_text), base_of(file->name), file->text,
				arena_printf(arena, "%u", rules_count(rules)), names_json(arena, rules),
				file->department},
			6);
	}
	arena_free(arena);
	return ok;
}

PGresult *rules_active(PGconn *pg)
{
	return pg_query(pg, "command_rules_active", NULL, 0);
}

int rules_find(const PGresult *active, struct str department)
{
	for (int i = 0; i < PQntuples(active); i++) {
		struct str of = db_cell(active, i, "department");

		if ((of.at != NULL) == (department.at != NULL) && str_eq(of, department))
			return i;
	}
	return -1;
}

bool rules_preview(PGconn *pg, const struct rules_file *file)
{
	struct arena *arena = arena_new();
	const struct rules *rules = arena ? checked(pg, arena, NULL, file) : NULL;
	PGresult *r = rules ? rules_active(pg) : NULL;
	int row = r ? rules_find(r, file->department) : -1;

	if (r && row < 0)
		printf("%u rules would be the first; nothing was loaded\n", rules_count(rules));
	else if (r && str_eq(db_cell(r, row, "text"), file->text))
		printf("set %.*s is this text; nothing was loaded\n", STR_ARG(db_cell(r, row, "number")));
	else if (r)
		printf("%u rules would take the place of the %.*s rules of set %.*s; nothing was loaded\n",
			rules_count(rules), STR_ARG(db_cell(r, row, "rules")),
			STR_ARG(db_cell(r, row, "number")));
	PQclear(r);
	arena_free(arena);
	return r != NULL;
}

bool rules_export(PGconn *pg, struct str department)
{
	PGresult *r = rules_active(pg);
	int row = r ? rules_find(r, department) : -1;
	struct str text = row >= 0 ? db_cell(r, row, "text") : STR("");
	bool ok = r && fwrite(text.at, 1, text.len, stdout) == text.len && fflush(stdout) == 0;

	PQclear(r);
	return ok;
}
