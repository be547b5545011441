/* Continuations that pass on what PostgreSQL built. */
#include "db/answer.h"

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/must.h"
#include "civil/city.h"
#include "civil/clock.h"
#include "http/reply.h"

/* PQfnumber() would copy and fold each name: what a statement tells has names as they are written. */
int db_column(const PGresult *result, const char *column)
{
	int n = PQnfields(result), i = 0;

	while (i < n && strcmp(PQfname(result, i), column) != 0)
		i++;
	return i < n ? i : -1;
}

struct str db_cell(const PGresult *result, int row, const char *column)
{
	int i = db_column(result, column);

	must(i >= 0 && row < PQntuples(result));
	if (PQgetisnull(result, row, i))
		return STR_NONE;
	return (struct str){PQgetvalue(result, row, i), (size_t)PQgetlength(result, row, i)};
}

int64_t db_cell_int(const PGresult *result, int row, const char *column)
{
	struct str cell = db_cell(result, row, column);
	int64_t n;

	if (!cell.at)
		return DB_NO_INT;
	must(str_to_i64(cell, &n) == 0);
	return n;
}

struct uuid db_cell_uuid(const PGresult *result, int row, const char *column)
{
	struct str cell = db_cell(result, row, column);
	struct uuid id = {{0}};

	must(!cell.at || uuid_parse(cell, &id));
	return id;
}

bool db_cell_flag(const PGresult *result, int row, const char *column)
{
	return str_eq(db_cell(result, row, column), STR("t"));
}

/* Beside columns of other types it arrives as text: \x and hex digits. */
struct str db_cell_bytes(struct arena *arena, const PGresult *result, int row, const char *column)
{
	struct str cell = db_cell(result, row, column);

	if (PQbinaryTuples(result))
		return cell;
	if (!str_starts(cell, STR("\\x")))
		return STR_NONE;
	return digest_hex_decode(arena, (struct str){cell.at + 2, cell.len - 2});
}

void answer_put_seconds(
	struct req *req, int64_t due_ms, struct str calendar_code, struct str unit_code, struct buf *out)
{
	const struct city *city = req->app->city;
	enum deadline_unit unit;
	const struct calendar *calendar = NULL;

	if (city && due_ms != DB_NO_INT && deadline_unit_parse(unit_code, &unit))
		calendar = city_calendar(city, calendar_code);
	if (calendar)
		buf_int(out, clock_remaining(calendar, unit, due_ms / 1000, clock_wall_ms() / 1000));
	else
		buf_put(out, STR("null"));
}

void answer_put_remaining(struct req *req, const PGresult *rows, int row, struct str object, struct buf *out)
{
	buf_put(out, (struct str){object.at, object.len - 1});
	buf_put(out, STR(",\"remaining_seconds\":"));
	answer_put_seconds(req, db_cell_int(rows, row, "due_ms"), db_cell(rows, row, "calendar"),
		db_cell(rows, row, "unit"), out);
	buf_byte(out, '}');
}

void answer_put_timed(struct req *req, const PGresult *rows, int row, struct buf *out)
{
	answer_put_remaining(req, rows, row, db_cell(rows, row, "item"), out);
}

const PGresult *answer_find(PGresult *const *results, const char *column)
{
	const PGresult *found = NULL;

	for (; *results; results++)
		if (db_column(*results, column) >= 0)
			found = *results;
	must(found);
	return found;
}

void answer_object(struct req *req, PGresult *const *results)
{
	const PGresult *row = answer_find(results, "body");

	if (PQntuples(row) == 0 || !db_cell(row, 0, "body").at) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	if (db_column(row, "etag") >= 0)
		reply_etag(req, db_cell(row, 0, "etag"));
	reply_json(req, 200, db_cell(row, 0, "body"));
}

void answer_made(struct req *req, PGresult *const *results)
{
	(void)results;
	reply_json(req, 201, req->made);
}

void answer_located(struct req *req, struct str body)
{
	static const struct str key = STR("\"id\"");
	const char *id = memmem(body.at, body.len, key.at, key.len);

	must(id);
	id = memchr(id + key.len, '"', body.len - (size_t)(id + key.len - body.at));
	must(id && body.len - (size_t)(id - body.at) > UUID_TEXT_SIZE);
	reply_header(req, "Location",
		arena_printf(req->arena, "%.*s/%.*s", STR_ARG(req->path), UUID_TEXT_SIZE - 1, id + 1));
}

void answer_created(struct req *req, PGresult *const *results)
{
	struct str body = req->made;

	if (body.at) {
		reply_etag(req, STR("1"));
	} else {
		const PGresult *row = answer_find(results, "body");
		body = db_cell(row, 0, "body");
		if (db_column(row, "etag") >= 0)
			reply_etag(req, db_cell(row, 0, "etag"));
	}
	answer_located(req, body);
	reply_json(req, 201, body);
}

void answer_make(struct req *req, struct uuid id, int64_t at_ms)
{
	char id_text[UUID_TEXT_SIZE], at_text[CLOCK_RFC3339_SIZE];

	uuid_format(&id, id_text);
	clock_format(at_ms, at_text);
	req->made = arena_printf(req->arena, "{\"id\":\"%s\",\"at\":\"%s\"}", id_text, at_text);
}

void answer_nothing(struct req *req, PGresult *const *results)
{
	(void)results;
	reply_empty(req, 204);
}
