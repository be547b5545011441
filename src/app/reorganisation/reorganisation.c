/* Reorganisations: drafts, their preview, and what becomes of them. */
#include "app/reorganisation/reorganisation.h"

#include "app/record/once.h"
#include "base/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/reorganisation.h"
#include "http/reply.h"

/* A draft that is changed has the schema of a new one, so that its struct is the same. */
_Static_assert(sizeof(struct reorganisation_put) == sizeof(struct reorganisation_add), "one schema");

static void put_given(struct buf *b, const char *name, struct str value)
{
	if (value.at)
		buf_member(b, name, value);
}

static void put_unit(struct buf *b, const struct reorganisation_add_steps_to *unit)
{
	buf_byte(b, '{');
	buf_member(b, "code", unit->code);
	put_given(b, "name_vi", unit->name_vi);
	put_given(b, "name_en", unit->name_en);
	put_given(b, "kind", unit->kind);
	put_given(b, "parent", unit->parent);
	put_given(b, "area", unit->area);
	put_given(b, "calendar", unit->calendar);
	buf_byte(b, '}');
}

static void put_choice(struct buf *b, const struct reorganisation_add_steps_choices *choice)
{
	char person[UUID_TEXT_SIZE];

	buf_byte(b, '{');
	buf_member(b, "to", choice->to);
	put_given(b, "category", choice->category);
	put_given(b, "area", choice->area);
	if (!uuid_is_nil(&choice->person)) {
		uuid_format(&choice->person, person);
		buf_member(b, "person", str_of(person));
	}
	buf_byte(b, '}');
}

static void put_step(struct buf *b, const struct reorganisation_add_steps *step)
{
	const struct reorganisation_add_steps_to *to = step->to.items;
	const struct reorganisation_add_steps_choices *choices = step->choices.items;

	buf_byte(b, '{');
	buf_member(b, "what", step->what);
	buf_put(b, STR(",\"from\":["));
	for (size_t i = 0; i < step->from.n; i++) {
		buf_put(b, i == 0 ? STR_NONE : STR(","));
		buf_json(b, step->from.items[i]);
	}
	buf_put(b, STR("],\"to\":["));
	for (size_t i = 0; i < step->to.n; i++) {
		buf_put(b, i == 0 ? STR_NONE : STR(","));
		put_unit(b, &to[i]);
	}
	buf_put(b, STR("],\"choices\":["));
	for (size_t i = 0; i < step->choices.n; i++) {
		buf_put(b, i == 0 ? STR_NONE : STR(","));
		put_choice(b, &choices[i]);
	}
	buf_put(b, STR("]}"));
}

/* The steps as they are kept: what was checked, and nothing else. */
static struct str steps_of(struct req *req, const struct reorganisation_add *in)
{
	struct buf b = {.arena = req->arena};
	const struct reorganisation_add_steps *steps = in->steps.items;

	buf_byte(&b, '[');
	for (size_t i = 0; i < in->steps.n; i++) {
		buf_put(&b, i == 0 ? STR_NONE : STR(","));
		put_step(&b, &steps[i]);
	}
	buf_byte(&b, ']');
	return buf_str(&b);
}

void reorganisation_list(struct req *req)
{
	const struct reorganisation_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_reorganisation_list(u, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

static void save(struct req *req, struct db_unit *u, struct uuid id, int64_t version)
{
	const struct reorganisation_add *in = req->input;

	sql_reorganisation_save(u, .id = id, .version = version, .title = in->title, .basis_vi = in->basis_vi,
		.basis_en = in->basis_en, .day = in->day, .steps = steps_of(req, in), .at = clock_wall_ms());
}

void reorganisation_add(struct req *req)
{
	struct uuid id = uuid_new();
	struct db_unit *u = db_unit(req);

	once_claim_versioned(u, req);
	save(req, u, id, DB_NO_INT);
	if (req->once_key.at)
		sql_reorganisation_made(u, .key = req->once_key, .id = id);
	db_run(u, answer_created);
}

void reorganisation_put(struct req *req)
{
	struct db_unit *u = db_unit(req);

	save(req, u, req->args[0].uuid, req->if_match);
	db_run(u, answer_object);
}

void reorganisation_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_reorganisation_show(u, .id = req->args[0].uuid);
	db_run(u, answer_object);
}

void reorganisation_preview(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_reorganisation_preview(u, .id = req->args[0].uuid, .now = clock_wall_ms());
	db_run(u, answer_object);
}

void reorganisation_apply(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_reorganisation_apply(u, .id = req->args[0].uuid, .version = req->if_match, .at = clock_wall_ms(),
		.event = uuid_new());
	db_run(u, answer_object);
}

void reorganisation_drop(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_reorganisation_drop(u, .id = req->args[0].uuid, .version = req->if_match, .at = clock_wall_ms(),
		.event = uuid_new());
	db_run(u, answer_object);
}
