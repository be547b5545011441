/* tiepdan record: going on after a restore. */
#include "command/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/key_file.h"
#include "command/command.h"
#include "command/pg.h"
#include "db/answer.h"

static bool take_digest(struct str bytes, struct digest *ret)
{
	if (bytes.len != DIGEST_SIZE)
		return false;
	memcpy(ret->byte, bytes.at, DIGEST_SIZE);
	return true;
}

static bool same(const struct digest *a, const struct digest *b)
{
	return memcmp(a->byte, b->byte, DIGEST_SIZE) == 0;
}

bool record_state(PGconn *pg, struct arena *arena, const struct config *config, struct record_state *ret,
	struct str *ret_reason)
{
	int error = record_place_read(arena, config, &ret->known);
	struct digest there;

	*ret_reason = STR("the record cannot be read");
	if (error < 0) {
		*ret_reason = arena_printf(
			arena, "record.place in record_dir or key_dir %s", key_file_fault(error));
		return false;
	}
	struct str known = arena_printf(arena, "%" PRId64, ret->known.number);
	PGresult *r = pg ? pg_query(pg, "command_record_last", &known, 1) : NULL;
	bool some = r && PQntuples(r) > 0;

	ret->last = (struct record_place){.number = some ? db_cell_int(r, 0, "number") : 0};
	ret->goes_on = ret->known.number == 0;
	if (some && take_digest(db_cell_bytes(arena, r, 0, "chain"), &ret->last.chain) &&
		take_digest(db_cell_bytes(arena, r, 0, "known"), &there))
		ret->goes_on |= same(&there, &ret->known.chain);
	PQclear(r);
	return r != NULL;
}

static void tell_resumed(const struct record_state *s, struct str chain)
{
	if (s->last.number == 0)
		printf("the record begins anew; ");
	else
		printf("the record goes on from root %" PRId64 "; ", s->last.number);
	printf("root %" PRId64 ":%.*s, the last that was known, is %s: an event says so\n", s->known.number,
		STR_ARG(chain),
		s->known.number > s->last.number ? "not in the database" : "another one in the database");
}

/* The event first: whoever is interrupted in between does it again, and leaves two traces. */
static bool resume(PGconn *pg, struct arena *arena, const struct config *config, const struct record_state *s)
{
	const struct str values[] = {arena_printf(arena, "%" PRId64, s->known.number),
		digest_hex(arena, digest_bytes(&s->known.chain))};
	int error;

	if (!pg_do(pg, "command_record_resume", values, 2))
		return false;
	error = s->last.number > 0 ? record_place_write(arena, config, &s->last)
				   : record_place_forget(config);
	if (error < 0)
		fprintf(stderr, "tiepdan: record.place in record_dir or key_dir %s\n", key_file_fault(error));
	else
		tell_resumed(s, values[1]);
	return error == 0;
}

int command_record(const struct config *config, char **args)
{
	struct arena *arena = arena_new();
	struct record_state state;
	struct str reason;
	PGconn *pg = NULL;
	bool ok = false;

	if (!args[0] || strcmp(args[0], "resume") != 0)
		command_print(command_find("record"), stderr);
	else if (arena && command_ends(args + 1))
		pg = pg_connect("owner_url", config->owner_url);
	if (pg && !record_state(pg, arena, config, &state, &reason)) {
		fprintf(stderr, "tiepdan: %.*s\n", STR_ARG(reason));
	} else if (pg && state.goes_on) {
		puts("the database has the last root that is known: there is nothing to accept");
		ok = true;
	} else if (pg) {
		ok = resume(pg, arena, config, &state);
	}
	PQfinish(pg);
	arena_free(arena);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
