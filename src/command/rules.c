/* Routing rules as a file. */
#include "command/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "civil/rules_program.h"
#include "command/loaded.h"
#include "command/pg.h"

/* Line by line, as compilers do; false when there is more than warnings. */
static bool print_faults(const char *name, const struct rules_faults *faults)
{
	bool fine = true;

	for (unsigned i = 0; i < faults->n; i++) {
		const struct rules_fault *f = &faults->at[i];

		fprintf(stderr, "%s:%u:%u: %s%.*s\n", name, f->line, f->column, f->warns ? "warning: " : "",
			STR_ARG(f->en));
		fine = fine && f->warns;
	}
	return fine;
}

/* NULL after messages. */
static const struct rules *checked(PGconn *pg, struct arena *arena, const char *name, struct str text)
{
	struct rules_faults faults = {.n = 0};
	struct str reason;
	const struct city *city = loaded_city(pg, arena, &reason);
	const struct rules *rules;

	if (!city) {
		fprintf(stderr, "tiepdan: rules need a city: %.*s\n", STR_ARG(reason));
		return NULL;
	}
	rules = rules_read(arena, RULES_ROUTING, text, &faults);
	if (rules)
		faults = rules_check(
			arena, rules, city, calendar_local_day(city->calendar, clock_wall_ms() / 1000));
	return print_faults(name, &faults) ? rules : NULL;
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

static struct str file_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return str_of(slash ? slash + 1 : name);
}

bool rules_import(PGconn *pg, const char *name, struct str text)
{
	struct arena *arena = arena_new();
	const struct rules *rules = arena ? checked(pg, arena, name, text) : NULL;
	struct uuid id = uuid_new();
	char id_text[UUID_TEXT_SIZE];
	bool ok = false;

	if (rules) {
		uuid_format(&id, id_text);
		ok = pg_do(pg, "command_rules_import",
			(struct str[]){str_of(id_text), file_of(name), text,
				arena_printf(arena, "%u", rules_count(rules)), names_json(arena, rules)},
			5);
	}
	arena_free(arena);
	return ok;
}

bool rules_preview(PGconn *pg, const char *name, struct str text)
{
	struct arena *arena = arena_new();
	const struct rules *rules = arena ? checked(pg, arena, name, text) : NULL;
	PGresult *r = rules ? pg_query(pg, "command_rules_active", NULL, 0) : NULL;

	if (r && PQntuples(r) == 0)
		printf("%u rules would be the first; nothing was loaded\n", rules_count(rules));
	else if (r && str_eq(str_of(PQgetvalue(r, 0, 2)), text))
		printf("set %s is this text; nothing was loaded\n", PQgetvalue(r, 0, 0));
	else if (r)
		printf("%u rules would take the place of the %s rules of set %s; nothing was loaded\n",
			rules_count(rules), PQgetvalue(r, 0, 1), PQgetvalue(r, 0, 0));
	PQclear(r);
	arena_free(arena);
	return r != NULL;
}

bool rules_active(PGconn *pg, struct arena *arena, struct str *ret_text)
{
	PGresult *r = pg_query(pg, "command_rules_active", NULL, 0);

	*ret_text = r && PQntuples(r) > 0 ? arena_str(arena, str_of(PQgetvalue(r, 0, 2))) : STR("");
	PQclear(r);
	return r != NULL;
}

bool rules_export(PGconn *pg)
{
	struct arena *arena = arena_new();
	struct str text;
	bool ok = arena && rules_active(pg, arena, &text) &&
		  fwrite(text.at, 1, text.len, stdout) == text.len && fflush(stdout) == 0;

	arena_free(arena);
	return ok;
}
