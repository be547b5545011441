/* The lines of the queue: PostgreSQL gives columns, which costs it a third of what JSON does. */
#include "app/ticket/line.h"

#include "db/raw.h"
#include "gen/sql/ticket.h"

#define COLUMN(name) SQL_TICKET_LIST_##name

/* A row that becomes JSON. */
struct line {
	const PGresult *rows;
	int row;
	struct buf *out;
};

static void put_text(const struct line *l, const char *name, int column)
{
	buf_member(l->out, name, raw_text(l->rows, l->row, column));
}

static void put_uuid(const struct line *l, const char *name, int column)
{
	struct uuid id = raw_uuid(l->rows, l->row, column);
	char text[UUID_TEXT_SIZE];

	uuid_format(&id, text);
	buf_member(l->out, name, str_of(text));
}

/* Code and names, which stand side by side in this order; null where there is no code. `head`: what stands in
 * front of it, the comma, the name and the colon. */
static void put_named(const struct line *l, struct str head, int column)
{
	buf_put(l->out, head);
	if (!raw_text(l->rows, l->row, column).at) {
		buf_put(l->out, STR("null"));
		return;
	}
	buf_byte(l->out, '{');
	put_text(l, "code", column);
	put_text(l, "name_vi", column + 1);
	put_text(l, "name_en", column + 2);
	buf_byte(l->out, '}');
}

/* Tags and flags stand together, these behind a !. */
static void put_marks(const struct line *l, struct str head, bool flags)
{
	struct raw_texts marks = raw_texts(l->rows, l->row, COLUMN(MARKS));
	bool first = true;
	struct str mark;

	buf_put(l->out, head);
	buf_byte(l->out, '[');
	while (raw_next(&marks, &mark)) {
		if (str_starts(mark, STR("!")) != flags)
			continue;
		if (!first)
			buf_byte(l->out, ',');
		buf_json(l->out, flags ? (struct str){mark.at + 1, mark.len - 1} : mark);
		first = false;
	}
	buf_byte(l->out, ']');
}

static void put_holder(const struct line *l)
{
	put_named(l, STR(",\"holder\":{\"department\":"), COLUMN(DEPARTMENT));
	if (raw_text(l->rows, l->row, COLUMN(PERSON)).at) {
		buf_put(l->out, STR(",\"person\":{"));
		put_uuid(l, "id", COLUMN(PERSON));
		put_text(l, "name", COLUMN(PERSON_NAME));
		buf_put(l->out, STR("}}"));
	} else {
		buf_put(l->out, STR(",\"person\":null}"));
	}
}

/* As standing() of the database says it. */
static const char *standing(struct str outcome, int64_t due_ms, const struct line_time *time)
{
	if (outcome.at)
		return str_eq(outcome, STR("met")) ? "met" : "met_late";
	if (due_ms == DB_NO_INT)
		return "no_clock";
	return due_ms < time->now_ms ? "overdue" : due_ms < time->soon_ms ? "due_soon" : "in_time";
}

/* The clock that ends first; of a ticket without a limit it is one that is called none. */
static void put_clock(struct req *req, const struct line *l)
{
	int64_t due_ms = raw_time_ms(l->rows, l->row, COLUMN(DUE_AT));
	struct str clock = raw_text(l->rows, l->row, COLUMN(CLOCK));

	buf_member(l->out, "clock", str_eq(clock, STR("none")) ? STR_NONE : clock);
	buf_member_instant(l->out, "due_at", due_ms);
	buf_put(l->out, STR(",\"remaining_seconds\":"));
	answer_put_seconds(req, due_ms, raw_text(l->rows, l->row, COLUMN(CALENDAR)),
		raw_text(l->rows, l->row, COLUMN(UNIT)), l->out);
	buf_member(l->out, "standing",
		str_of(standing(raw_text(l->rows, l->row, COLUMN(OUTCOME)), due_ms, req->kept)));
}

void line_put(struct req *req, const PGresult *rows, int row, struct buf *out)
{
	const struct line l = {rows, row, out};

	buf_byte(out, '{');
	put_uuid(&l, "id", COLUMN(ID));
	put_text(&l, "code", COLUMN(ITEM));
	put_text(&l, "kind", COLUMN(KIND));
	put_named(&l, STR(",\"category\":"), COLUMN(CATEGORY));
	put_named(&l, STR(",\"area\":"), COLUMN(AREA));
	put_text(&l, "title", COLUMN(TITLE));
	put_text(&l, "level", COLUMN(LEVEL));
	put_text(&l, "visibility", COLUMN(VISIBILITY));
	put_text(&l, "state", COLUMN(STATE));
	put_holder(&l);
	put_clock(req, &l);
	put_marks(&l, STR(",\"tags\":"), false);
	put_marks(&l, STR(",\"flags\":"), true);
	buf_member_instant(out, "filed_at", raw_time_ms(rows, row, COLUMN(FILED_AT)));
	buf_put(out, STR(",\"version\":"));
	buf_int(out, raw_int(rows, row, COLUMN(VERSION)));
	buf_byte(out, '}');
}
