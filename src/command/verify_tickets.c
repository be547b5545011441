/* What stands beside events: tickets and texts. */
#include <inttypes.h>
#include <string.h>

#include "auth/receipt.h"
#include "command/verify.h"
#include "db/answer.h"

enum {
	PAGE = 2000
};

/* Rows of text from a statement that takes how many may be told. */
static PGresult *ask(PGconn *pg, const char *statement)
{
	struct arena *arena = arena_new();
	PGresult *r = arena ? pg_query(pg, statement, (struct str[]){verify_number(arena, VERIFY_FAULTS)}, 1)
			    : NULL;

	arena_free(arena);
	return r;
}

static struct str shown(struct str value)
{
	return value.at ? value : STR("nothing");
}

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

bool verify_stands(
	const struct verify *v, PGconn *pg, const struct verify_piece *piece, struct verify_found *found)
{
	PGresult *r = ask(pg, "command_verify_stands");

	(void)v, (void)piece;
	if (!r)
		return false;
	found->tickets = db_cell_int(r, 0, "tickets");
	found->unsaid = db_cell_int(r, 0, "unsaid");
	for (int i = 0; i < PQntuples(r) && db_cell(r, i, "field").at; i++)
		tell_ticket(found, r, i);
	found->faults = db_cell_int(r, 0, "faults");
	PQclear(r);
	return true;
}

static void tell_text(struct verify_found *found, const PGresult *r, int row)
{
	struct str of = db_cell(r, row, "of"), key = db_cell(r, row, "key"), code = db_cell(r, row, "code");

	if (str_eq(db_cell(r, row, "what"), STR("added")))
		verify_fault(found, "ticket %.*s: %.*s %.*s was added: no event tells of it",
			STR_ARG(shown(code)), STR_ARG(of), STR_ARG(key));
	else
		verify_fault(found, "ticket %.*s: %.*s %.*s is not what was written", STR_ARG(shown(code)),
			STR_ARG(of), STR_ARG(key));
}

bool verify_words(
	const struct verify *v, PGconn *pg, const struct verify_piece *piece, struct verify_found *found)
{
	PGresult *r = ask(pg, "command_verify_words");

	(void)v, (void)piece;
	if (!r)
		return false;
	found->texts = db_cell_int(r, 0, "texts");
	found->gone = db_cell_int(r, 0, "gone");
	for (int i = 0; i < PQntuples(r) && db_cell(r, i, "what").at; i++)
		tell_text(found, r, i);
	found->faults = db_cell_int(r, 0, "faults");
	PQclear(r);
	return true;
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
	DESTROYED
};

/* An event says so, and there are no words. */
static bool is_destroyed(const PGresult *r, int row)
{
	return !PQgetisnull(r, row, DESTROYED) && PQgetlength(r, row, TITLE) == 0 &&
	       PQgetlength(r, row, TEXT) == 0 && PQgetisnull(r, row, PLACE);
}

static void check_filing(const struct verify *v, struct verify_found *found, const PGresult *r, int row)
{
	struct uuid ticket = verify_uuid(r, row, ID);
	struct str code = verify_bytes(r, row, CODE), content = verify_bytes(r, row, CONTENT);
	struct receipt_words words = {.title = verify_bytes(r, row, TITLE),
		.text = verify_bytes(r, row, TEXT),
		.place = verify_bytes(r, row, PLACE)};

	if (is_destroyed(r, row)) {
		found->gone++;
		return;
	}
	struct arena *arena = arena_new();
	found->texts++;
	if (PQgetisnull(r, row, EVENT))
		verify_fault(found, "ticket %.*s: no event tells of its filing", STR_ARG(code));
	else if (!content.at)
		found->unread++;
	else if (arena && !str_eq(content, receipt_content(arena, v->keys, &ticket, &words)))
		verify_fault(found, "ticket %.*s: title, text or place is not what was filed", STR_ARG(code));
	arena_free(arena);
}

bool verify_filings(
	const struct verify *v, PGconn *pg, const struct verify_piece *piece, struct verify_found *found)
{
	char after[UUID_TEXT_SIZE] = "00000000-0000-0000-0000-000000000000";
	int n = PAGE;

	(void)piece;
	while (n == PAGE) {
		PGresult *r = NULL;

		if (pg_send(pg, "command_verify_filings", (struct str[]){str_of(after), STR("2000")}, 2))
			r = pg_take(pg);
		n = r ? PQntuples(r) : -1;
		for (int i = 0; i < n; i++)
			check_filing(v, found, r, i);
		if (n > 0) {
			struct uuid last = verify_uuid(r, n - 1, ID);
			uuid_format(&last, after);
		}
		PQclear(r);
	}
	return n >= 0;
}
