/* What is wrong with tickets and texts, by the database. */
#include <stdlib.h>

#include "auth/receipt.h"
#include "command/verify.h"
#include "db/answer.h"

static struct str shown(struct str value)
{
	return value.at ? value : STR("nothing");
}

/* --- tickets -------------------------------------------------------------------------------------------- */

static void tell_ticket(struct verify_found *found, const PGresult *r, int row)
{
	struct str code = db_cell(r, row, "code"), field = db_cell(r, row, "field");

	if (str_eq(field, STR("gone")))
		verify_fault(found, "ticket %.*s is gone", STR_ARG(code));
	else if (str_eq(field, STR("again")))
		verify_fault(found, "ticket %.*s: two events say how it began", STR_ARG(code));
	else if (str_eq(field, STR("unsaid")))
		verify_fault(found, "ticket %.*s was added: no event says how it stands", STR_ARG(code));
	else
		verify_fault(found, "ticket %.*s: %.*s is %.*s, its events say %.*s", STR_ARG(code),
			STR_ARG(field), STR_ARG(shown(db_cell(r, row, "stands"))),
			STR_ARG(shown(db_cell(r, row, "said"))));
}

/* Faults that have no room are counted. */
static void count_rest(struct verify_found *found, int told, int64_t all)
{
	if (all > told)
		found->faults += all - told;
}

static bool name_stands(struct arena *arena, PGconn *pg, struct str tickets, struct verify_found *found)
{
	PGresult *r = pg_query(
		pg, "command_verify_stands", (struct str[]){tickets, verify_number(arena, VERIFY_FAULTS)}, 2);
	int told = 0;

	for (; r && told < PQntuples(r) && db_cell(r, told, "field").at; told++)
		tell_ticket(found, r, told);
	if (r)
		count_rest(found, told, db_cell_int(r, 0, "faults"));
	PQclear(r);
	return r != NULL;
}

/* --- what was filed ------------------------------------------------------------------------------------- */

/* The columns of verify_filings.sql. */
enum {
	ID,
	CODE,
	TITLE,
	TEXT,
	PLACE,
	CONTENT,
	EVENT,
	SAID_DESTROYED,
	DESTROYED,
	DEAD
};

/* Nothing is known of words without keys. */
static bool is_as_filed(const struct verify *v, const PGresult *r, int row)
{
	struct uuid ticket = verify_uuid(r, row, ID);
	struct str content = verify_bytes(r, row, CONTENT);
	struct receipt_words words = {.title = verify_bytes(r, row, TITLE),
		.text = verify_bytes(r, row, TEXT),
		.place = verify_bytes(r, row, PLACE)};
	struct arena *arena = arena_new();
	bool as_filed = !content.at || !v->keys || !arena ||
			str_eq(content, receipt_content(arena, v->keys, &ticket, &words));

	arena_free(arena);
	return as_filed;
}

static void tell_filing(const struct verify *v, struct verify_found *found, const PGresult *r, int row)
{
	struct str code = verify_bytes(r, row, CODE);

	if (verify_bytes(r, row, DESTROYED).at[0])
		return;
	if (PQgetisnull(r, row, EVENT))
		verify_fault(found, "ticket %.*s: no event tells of its filing", STR_ARG(code));
	else if (!is_as_filed(v, r, row))
		verify_fault(found, "ticket %.*s: title, text or place is not what was filed", STR_ARG(code));
	else if (verify_bytes(r, row, SAID_DESTROYED).at[0])
		verify_fault(found, "ticket %.*s was destroyed, and has words again", STR_ARG(code));
	else if (verify_bytes(r, row, DEAD).at[0])
		verify_fault(found, "ticket %.*s is marked as destroyed, and no event says that it was",
			STR_ARG(code));
}

static bool name_filings(const struct verify *v, PGconn *pg, struct str tickets, struct verify_found *found)
{
	PGresult *r = pg_send(pg, "command_verify_filings", &tickets, 1) ? pg_take(pg) : NULL;

	for (int i = 0; r && i < PQntuples(r); i++)
		tell_filing(v, found, r, i);
	PQclear(r);
	return r != NULL;
}

/* --- texts ---------------------------------------------------------------------------------------------- */

static const char *what_of(struct str what)
{
	if (str_eq(what, STR("added")))
		return "was added: no event tells of it";
	return str_eq(what, STR("gone")) ? "is gone" : "is not what was written";
}

static void tell_text(struct verify_found *found, const PGresult *r, int row)
{
	struct str of = db_cell(r, row, "of"), key = db_cell(r, row, "key"), code = db_cell(r, row, "code");
	const char *what = what_of(db_cell(r, row, "what"));

	if (!code.at && str_eq(of, STR("event")))
		verify_fault(found, "event %.*s: the text is there, and the event is not", STR_ARG(key));
	else if (!code.at || verify_is_row(of))
		verify_fault(found, "%.*s %.*s %s", STR_ARG(of), STR_ARG(key), what);
	else
		verify_fault(
			found, "ticket %.*s: %.*s %.*s %s", STR_ARG(code), STR_ARG(of), STR_ARG(key), what);
}

static bool name_texts(struct arena *arena, PGconn *pg, struct verify_found *found)
{
	PGresult *r =
		pg_query(pg, "command_verify_words", (struct str[]){verify_number(arena, VERIFY_FAULTS)}, 1);
	int told = 0;

	for (; r && told < PQntuples(r) && db_cell(r, told, "what").at; told++)
		tell_text(found, r, told);
	if (r)
		count_rest(found, told, db_cell_int(r, 0, "faults"));
	PQclear(r);
	return r != NULL;
}

/* --- all ------------------------------------------------------------------------------------------------ */

/* An array as PostgreSQL reads it; absent when there are none, or after a message. */
static bool suspects(const struct verify *v, struct buf *ret)
{
	char text[UUID_TEXT_SIZE];
	size_t n;
	struct fact *all = facts_suspects(v->facts, &n);

	for (size_t i = 0; all && i < n; i++) {
		struct uuid id = facts_id(all[i].key);

		uuid_format(&id, text);
		buf_printf(ret, "%c%s", i == 0 ? '{' : ',', text);
	}
	if (ret->len > 0)
		buf_byte(ret, '}');
	free(all);
	return all != NULL && !arena_failed(ret->arena);
}

bool verify_named(const struct verify *v, PGconn *pg, bool texts_differ, struct verify_found *found)
{
	struct arena *arena = arena_new();
	struct buf tickets = {.arena = arena};
	bool ok = arena && suspects(v, &tickets);

	if (ok && tickets.len > 0)
		ok = name_stands(arena, pg, buf_str(&tickets), found);
	if (ok && texts_differ)
		ok = name_texts(arena, pg, found);
	if (ok && tickets.len > 0)
		ok = name_filings(v, pg, buf_str(&tickets), found);
	arena_free(arena);
	return ok;
}
