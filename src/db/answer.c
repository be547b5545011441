/* Continuations that pass on what PostgreSQL built. */
#include "db/answer.h"

#include "base/must.h"
#include "http/reply.h"

struct str db_cell(const PGresult *result, int row, const char *column)
{
	int i = PQfnumber(result, column);

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

const PGresult *answer_find(PGresult *const *results, const char *column)
{
	const PGresult *found = NULL;

	for (; *results; results++)
		if (PQfnumber(*results, column) >= 0)
			found = *results;
	must(found);
	return found;
}

/* A cell that the answer need not have. */
static struct str optional(const PGresult *row, const char *column)
{
	return PQfnumber(row, column) >= 0 ? db_cell(row, 0, column) : STR_NONE;
}

static void answer_row(struct req *req, PGresult *const *results, int status)
{
	const PGresult *row = answer_find(results, "body");

	if (PQntuples(row) == 0 || !db_cell(row, 0, "body").at) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	struct str etag = optional(row, "etag"), location = optional(row, "location");
	if (etag.at)
		reply_etag(req, etag);
	if (location.at)
		reply_header(req, "Location", location);
	if (optional(row, "status").at)
		status = (int)db_cell_int(row, 0, "status");
	reply_json(req, status, db_cell(row, 0, "body"));
}

void answer_object(struct req *req, PGresult *const *results)
{
	answer_row(req, results, 200);
}

void answer_created(struct req *req, PGresult *const *results)
{
	answer_row(req, results, 201);
}

void answer_nothing(struct req *req, PGresult *const *results)
{
	(void)results;
	reply_empty(req, 204);
}
