/* POST /v1/tickets/{id}/publication - proposes a public version. Two units of work, because only the server
 * finds personal data: the first reads the words that the version begins with, and the name that the citizen
 * gave, the second stores it with what was found, at the same version of the ticket.
 *
 * The name is always looked for. Whoever may not read contacts learns nothing from what is found by it, or
 * they would guess: unless the citizen has written it where they read it, that is kept for those who may, and
 * publishing waits for it. Once the contact is erased nobody knows it: what looks like a name is found then,
 * and who may read contacts confirms that there is none (migrations/0124_names_erased.sql). */
#include "app/publication/publication.h"

#include <string.h>

#include "auth/contact.h"
#include "auth/seal.h"
#include "base/clock.h"
#include "civil/personal.h"
#include "civil/text.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/publication.h"
#include "http/reply.h"

enum {
	TITLE,
	QUESTION,
	ANSWER,
	FIELDS
};

static const char *const names[FIELDS] = {"title", "question", "answer"};

/* What one look has found, and the texts without it. */
struct look {
	struct str masked[FIELDS];
	struct personal_findings found[FIELDS];
	size_t n;
};
struct version {
	struct str text[FIELDS];
	struct look shown; /* to everybody who sees the version */
	struct look whole; /* with the name of the citizen, where the others may not know it */
	struct look own;   /* that name alone, of which they are not told */
};

struct name {
	struct str words; /* absent: none was given */
	bool withheld; /* the citizen did not write all of it where everybody who sees the ticket reads it */
	bool readable; /* the caller may read contacts */
	bool erased;   /* there was one, of which nobody knows any more */
};

/* One finding as it is stored. */
struct row {
	struct str field, kind, piece;
	int64_t offset, length;
};

/* False when the contact does not open. */
static bool read_name(struct req *req, const PGresult *row, struct name *ret)
{
	static const char *const own[] = {"title", "question", "messages"};
	const struct sealed sealed = {.epoch = db_cell_int(row, 0, "epoch"),
		.wrapped = db_cell_bytes(req->arena, row, 0, "wrapped"),
		.box = db_cell_bytes(req->arena, row, 0, "box")};
	const struct str owner = uuid_bytes(&req->args[0].uuid);

	*ret = (struct name){.words = STR_NONE,
		.readable = db_cell_flag(row, 0, "reads_contact"),
		.erased = db_cell_flag(row, 0, "erased")};
	if (!sealed.box.at)
		return true;
	struct str contact = seal_open(req->arena, req->app->keys, owner, &sealed);
	ret->words = contact_member(contact, "name");
	ret->withheld = ret->words.at;
	for (size_t i = 0; i < sizeof(own) / sizeof(*own) && ret->withheld; i++)
		ret->withheld = !personal_has_name(req->arena, db_cell(row, 0, own[i]), ret->words);
	return contact.at != NULL;
}

typedef bool finder(struct arena *arena, struct str text, struct str name, struct personal_findings *ret);

/* False when memory is out. */
static bool look_for(
	struct arena *arena, const struct str *text, struct str name, finder *find, struct look *ret)
{
	ret->n = 0;
	for (unsigned f = 0; f < FIELDS; f++) {
		if (!find(arena, text[f], name, &ret->found[f]))
			return false;
		ret->masked[f] = personal_mask(arena, text[f], &ret->found[f]);
		ret->n += ret->found[f].n;
	}
	return !arena_failed(arena);
}

static bool look_through(struct arena *arena, struct version *v, const struct name *name)
{
	finder *find = name->erased ? personal_find_guessed : personal_find_with;

	if (!look_for(arena, v->text, name->withheld ? STR_NONE : name->words, find, &v->shown))
		return false;
	v->whole = v->shown;
	v->own = (struct look){0};
	return !name->withheld || (look_for(arena, v->text, name->words, personal_find_with, &v->whole) &&
					  look_for(arena, v->text, name->words, personal_find_name, &v->own));
}

/* Returns where the next one goes. */
static struct row *add_rows(struct row *row, const struct version *v, const struct look *look)
{
	for (unsigned f = 0; f < FIELDS; f++)
		for (size_t i = 0; i < look->found[f].n; i++) {
			const struct personal_finding *found = &look->found[f].at[i];

			*row++ = (struct row){.field = str_of(names[f]),
				.kind = str_of(personal_kind_code(found->kind)),
				.piece = personal_piece(v->text[f], found),
				.offset = (int64_t)found->at,
				.length = (int64_t)found->len};
		}
	return row;
}

/* The three texts without what was found; absent when nothing was. */
static struct str masked_json(struct arena *arena, const struct look *look)
{
	struct buf out = {.arena = arena};

	if (look->n == 0)
		return STR_NONE;
	for (unsigned f = 0; f < FIELDS; f++) {
		buf_printf(&out, "%c\"%s\":", f ? ',' : '{', names[f]);
		buf_json(&out, look->masked[f]);
	}
	buf_byte(&out, '}');
	return buf_str(&out);
}

static void store(struct req *req, const struct version *v, bool needs_reader)
{
	size_t n = v->shown.n + v->own.n;
	struct row *rows = arena_alloc(req->arena, (n + 1) * sizeof(*rows));
	struct str all = arena_printf(req->arena, "%.*s\n%.*s\n%.*s", STR_ARG(v->text[TITLE]),
		STR_ARG(v->text[QUESTION]), STR_ARG(v->text[ANSWER]));
	struct db_unit *u = db_unit(req);

	add_rows(add_rows(rows, v, &v->shown), v, &v->own);
	sql_publication_propose(u, .ticket = req->args[0].uuid, .version = req->if_match,
		.title = v->text[TITLE], .question = v->text[QUESTION], .answer = v->text[ANSWER],
		.folded_title = text_fold(req->arena, v->text[TITLE]), .folded = text_fold(req->arena, all),
		.masked = masked_json(req->arena, &v->shown),
		.masked_whole = v->own.n > 0 ? masked_json(req->arena, &v->whole) : STR_NONE,
		.fields = DB_COLUMN(rows, n, field), .kinds = DB_COLUMN(rows, n, kind),
		.offsets = DB_COLUMN(rows, n, offset), .lengths = DB_COLUMN(rows, n, length),
		.pieces = DB_COLUMN(rows, n, piece), .shown = (int64_t)v->shown.n,
		.needs_reader = needs_reader, .at = clock_wall_ms(), .event = uuid_new());
	db_run(u, answer_object);
}

static void drafted(struct req *req, PGresult *const *results)
{
	const struct publication_propose *in = req->input;
	const PGresult *row = answer_find(results, "question");
	const struct str given[FIELDS] = {in->title, in->question, in->answer};
	struct version v;
	struct name name;

	for (unsigned f = 0; f < FIELDS; f++)
		v.text[f] = given[f].at ? given[f] : db_cell(row, 0, names[f]);
	if (!v.text[ANSWER].at) {
		req_fault(req, "pointer", STR("/answer"), FAULT_required);
		reply_faults(req);
		return;
	}
	if (!read_name(req, row, &name)) {
		reply_problem(req, PROBLEM_internal, STR_NONE);
		return;
	}
	/* Where others publish what they have written, whether they may would tell them of a guess. */
	bool written = in->title.at || in->question.at || in->answer.at;
	bool needs_reader = written && (name.withheld || name.erased) && !name.readable;
	bool found = look_through(req->arena, &v, &name);
	if (found && in->mask) {
		const struct look *look = name.readable ? &v.whole : &v.shown;

		memcpy(v.text, look->masked, sizeof(v.text));
		found = look_through(req->arena, &v, &name);
	}
	if (found)
		store(req, &v, needs_reader);
	else
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
}

void publication_propose(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_publication_draft(u, .ticket = req->args[0].uuid, .version = req->if_match);
	db_run(u, drafted);
}
