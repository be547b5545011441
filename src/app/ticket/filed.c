/* What a filing is answered with. */
#include "app/ticket/filed.h"

#include "base/buf.h"
#include "db/answer.h"

static struct str policy_json(struct arena *arena, const struct policy *policy)
{
	struct buf out = {.arena = arena};

	if (!policy)
		return STR_NONE;
	buf_byte(&out, '{');
	buf_member(&out, "profile", policy->profile);
	buf_member(&out, "citation_vi", policy->citation[0]);
	buf_member(&out, "citation_en", policy->citation[1]);
	buf_byte(&out, '}');
	return buf_str(&out);
}

static void put_department(struct buf *out, const struct department *d)
{
	buf_put(out, STR(",\"department\":{"));
	buf_member(out, "code", d->code);
	buf_member(out, "name_vi", d->name[0]);
	buf_member(out, "name_en", d->name[1]);
	buf_byte(out, '}');
}

static struct str members(struct arena *arena, const struct filing_row *row, const struct city *city,
	const struct decision *d, const struct filing_facts *facts)
{
	const struct kind *kind = city_kind(city, row->kind);
	struct buf out = {.arena = arena};

	buf_put(&out, STR(",\"kind\":"));
	buf_json(&out, row->kind);
	buf_put(&out, STR(",\"state\":\"submitted\""));
	put_department(&out, d->department);
	buf_put(&out, STR(",\"route\":"));
	buf_put(&out, decide_tell(arena, d, facts));
	buf_member_instant(&out, "filed_at", row->filed_at);
	if (kind && kind->emergency_numbers.at) {
		buf_put(&out, STR(",\"emergency_numbers\":"));
		buf_put(&out, kind->emergency_numbers);
	}
	return buf_str(&out);
}

struct filed_told *filed_tell(struct arena *arena, const struct filing_row *row, const struct city *city,
	const struct decision *d, const struct filing_facts *facts)
{
	struct filed_told *told = arena_alloc(arena, sizeof(*told));

	*told = (struct filed_told){.members = members(arena, row, city, d, facts),
		.policy = policy_json(arena, d->policy),
		.nclocks = row->nclocks};
	for (unsigned i = 0; i < row->nclocks; i++)
		told->clocks[i] = row->clocks[i];
	return told;
}

static void put_deadline(struct buf *out, const struct filed_told *told, struct str kind)
{
	for (unsigned i = 0; i < told->nclocks; i++) {
		const struct clock_row *clock = &told->clocks[i];

		if (!str_eq(clock->kind, kind))
			continue;
		buf_byte(out, '{');
		buf_member(out, "kind", clock->kind);
		buf_member_instant(out, "due_at", clock->due);
		buf_printf(out, ",\"latest\":%s,\"policy\":%.*s}", clock->waits ? "true" : "false",
			STR_ARG(told->policy));
	}
}

/* `kinds`: of the clocks that began and are told, with commas between them. */
static void put_deadlines(struct buf *out, const struct filed_told *told, struct str kinds)
{
	buf_put(out, STR(",\"deadlines\":["));
	for (size_t from = 0, i = 0; kinds.at && i <= kinds.len; i++) {
		if (i < kinds.len && kinds.at[i] != ',')
			continue;
		if (from > 0)
			buf_byte(out, ',');
		put_deadline(out, told, (struct str){kinds.at + from, i - from});
		from = i + 1;
	}
	buf_byte(out, ']');
}

struct str filed_body(struct arena *arena, const struct filed_told *told, const PGresult *result, int row)
{
	struct str promise = db_cell(result, row, "promise");
	struct buf out = {.arena = arena};

	buf_put(&out, STR("{\"code\":"));
	buf_json(&out, told->code);
	buf_put(&out, told->members);
	put_deadlines(&out, told, db_cell(result, row, "told"));
	buf_put(&out, STR(",\"promise\":"));
	buf_put(&out, promise.at ? promise : STR("null"));
	buf_byte(&out, '}');
	return buf_str(&out);
}
