/* POST /v1/tickets/{id}/publication - proposes a public version. Two units of work, because only the server
 * finds personal data: the first reads the words that the version begins with, and the name that the citizen
 * gave, the second stores it with what was found, at the same version of the ticket. */
#include "app/publication/publication.h"

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

struct version {
	struct str text[FIELDS], masked[FIELDS];
	struct personal_findings found[FIELDS];
	size_t nfound;
};

/* One finding as it is stored. */
struct row {
	struct str field, kind, piece;
	int64_t offset, length;
};

/* The name of the citizen, absent when there is none. Whoever may not read contacts learns nothing from what
 * is found: for them it is looked for when the ticket's own words have it. False when it does not open. */
static bool read_name(struct req *req, const PGresult *row, struct str *ret)
{
	const struct sealed sealed = {.epoch = db_cell_int(row, 0, "epoch"),
		.wrapped = db_cell_bytes(req->arena, row, 0, "wrapped"),
		.box = db_cell_bytes(req->arena, row, 0, "box")};
	const struct str owner = uuid_bytes(&req->args[0].uuid);
	bool told = db_cell_flag(row, 0, "reads_contact");

	*ret = STR_NONE;
	if (!sealed.box.at)
		return true;
	struct str contact = seal_open(req->arena, req->app->keys, owner, &sealed);
	struct str name = contact_member(contact, "name");
	for (unsigned f = 0; f < FIELDS && name.at && !told; f++)
		told = personal_has_name(req->arena, db_cell(row, 0, names[f]), name);
	if (told)
		*ret = name;
	return contact.at != NULL;
}

/* False when memory is out. */
static bool look_through(struct arena *arena, struct version *v, struct str name)
{
	v->nfound = 0;
	for (unsigned f = 0; f < FIELDS; f++) {
		if (!personal_find_with(arena, v->text[f], name, &v->found[f]))
			return false;
		v->masked[f] = personal_mask(arena, v->text[f], &v->found[f]);
		v->nfound += v->found[f].n;
	}
	return !arena_failed(arena);
}

static struct row *list_findings(struct arena *arena, const struct version *v)
{
	struct row *rows = arena_alloc(arena, (v->nfound + 1) * sizeof(*rows)), *row = rows;

	for (unsigned f = 0; f < FIELDS; f++)
		for (size_t i = 0; i < v->found[f].n; i++) {
			const struct personal_finding *found = &v->found[f].at[i];

			*row++ = (struct row){.field = str_of(names[f]),
				.kind = str_of(personal_kind_code(found->kind)),
				.piece = personal_piece(v->text[f], found),
				.offset = (int64_t)found->at,
				.length = (int64_t)found->len};
		}
	return rows;
}

/* The three texts without what was found; absent when nothing was. */
static struct str masked_json(struct arena *arena, const struct version *v)
{
	struct buf out = {.arena = arena};

	if (v->nfound == 0)
		return STR_NONE;
	for (unsigned f = 0; f < FIELDS; f++) {
		buf_printf(&out, "%c\"%s\":", f ? ',' : '{', names[f]);
		buf_json(&out, v->masked[f]);
	}
	buf_byte(&out, '}');
	return buf_str(&out);
}

static void store(struct req *req, const struct version *v)
{
	const struct row *rows = list_findings(req->arena, v);
	struct str all = arena_printf(req->arena, "%.*s\n%.*s\n%.*s", STR_ARG(v->text[TITLE]),
		STR_ARG(v->text[QUESTION]), STR_ARG(v->text[ANSWER]));
	struct db_unit *u = db_unit(req);

	sql_publication_propose(u, .ticket = req->args[0].uuid, .version = req->if_match,
		.title = v->text[TITLE], .question = v->text[QUESTION], .answer = v->text[ANSWER],
		.folded_title = text_fold(req->arena, v->text[TITLE]), .folded = text_fold(req->arena, all),
		.masked = masked_json(req->arena, v), .fields = DB_COLUMN(rows, v->nfound, field),
		.kinds = DB_COLUMN(rows, v->nfound, kind), .offsets = DB_COLUMN(rows, v->nfound, offset),
		.lengths = DB_COLUMN(rows, v->nfound, length), .pieces = DB_COLUMN(rows, v->nfound, piece),
		.at = clock_wall_ms(), .event = uuid_new());
	db_run(u, answer_object);
}

static void drafted(struct req *req, PGresult *const *results)
{
	const struct publication_propose *in = req->input;
	const PGresult *row = answer_find(results, "question");
	const struct str given[FIELDS] = {in->title, in->question, in->answer};
	struct version v;
	struct str name;

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
	bool found = look_through(req->arena, &v, name);
	if (found && in->mask) {
		for (unsigned f = 0; f < FIELDS; f++)
			v.text[f] = v.masked[f];
		found = look_through(req->arena, &v, name);
	}
	if (found)
		store(req, &v);
	else
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
}

void publication_propose(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_publication_draft(u, .ticket = req->args[0].uuid, .version = req->if_match);
	db_run(u, drafted);
}
