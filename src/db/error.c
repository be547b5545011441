/* From SQLSTATE and constraint to the problem that the client reads. */
#include "db/error.h"

#include <inttypes.h>

#include "base/log.h"
#include "http/reply.h"

static struct str field(const PGresult *error, int code)
{
	return error ? str_of(PQresultErrorField(error, code)) : STR_NONE;
}

bool error_is_transient(struct str sqlstate)
{
	static const char *const prefixes[] = {
		"08",	 /* connection                                       */
		"53",	 /* resources                                        */
		"57P",	 /* shutting down, starting up                       */
		"40001", /* serialization                                    */
		"40P01", /* deadlock                                         */
		"55P03", /* lock not available                               */
		"0A000", /* the plan is older than the schema: see link.c    */
		"26000", /* the statement is not prepared: see link.c        */
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (str_starts(sqlstate, str_of(prefixes[i])))
			return true;
	return false;
}

static void log_failure(
	const struct req *req, struct str sqlstate, struct str constraint, const char *statement)
{
	char id[UUID_TEXT_SIZE];

	uuid_format(&req->id, id);
	log_error("db.error", LOG_STR("sqlstate", sqlstate), LOG_STR("constraint", constraint),
		LOG_STR("statement", str_of(statement)), LOG_STR("request", str_of(id)));
}

/* DETAIL of these is an object. */
static bool has_members(enum problem problem)
{
	return problem == PROBLEM_evidence_missing || problem == PROBLEM_contact_erased ||
	       problem == PROBLEM_upload_refused;
}

/* What DETAIL says about the refusal, as members of the problem: it has the open moves, an object of
 * members, the version that is there, or where to go on. */
static struct str told(struct arena *arena, enum problem problem, struct str detail)
{
	int64_t version;

	if (problem == PROBLEM_wrong_state && str_starts(detail, STR("[")))
		return arena_printf(arena, "\"moves\":%.*s", STR_ARG(detail));
	if (has_members(problem) && str_starts(detail, STR("{")))
		return arena_str(arena, (struct str){detail.at + 1, detail.len - 2});
	if (problem == PROBLEM_precondition_failed && str_to_i64(detail, &version) == 0)
		return arena_printf(arena, "\"version\":%" PRId64, version);
	if (problem == PROBLEM_nothing_due && detail.len > 0)
		return arena_printf(arena, "\"next\":\"%.*s\"", STR_ARG(detail));
	return STR_NONE;
}

/* How long a limit goes on is what the database says in DETAIL, where it knows it; a minute otherwise. */
static void tell_wait(struct req *req, enum problem problem, struct str detail)
{
	int64_t wait_s;

	if (problem_row(problem)->status != 429)
		return;
	if (str_to_i64(detail, &wait_s) < 0 || wait_s < 1)
		wait_s = 60;
	reply_header(req, "Retry-After", arena_printf(req->arena, "%" PRId64, wait_s));
}

static void answer(
	struct req *req, struct str state, struct str constraint, struct str detail, const char *statement)
{
	enum problem problem = problem_of_database(state, constraint);

	req->sqlstate = state;
	if (str_eq(state, STR("TD617"))) {
		req_fault(req, "pointer", arena_str(req->arena, detail), FAULT_unknown);
		reply_faults(req);
		return;
	}
	bool standby = !req->read_only && str_eq(state, STR("25006"));
	bool barred = req->read_only && problem == PROBLEM_conflict; /* a table is locked: nobody's edit */
	if (barred || (problem == PROBLEM_internal && (standby || error_is_transient(state))))
		problem = PROBLEM_unavailable;
	if (problem == PROBLEM_internal)
		log_failure(req, state, constraint, statement);
	tell_wait(req, problem, detail);
	reply_problem_with(req, problem, problem == PROBLEM_forbidden ? req->instead : STR_NONE,
		told(req->arena, problem, detail));
}

void error_answer(struct req *req, const char *sqlstate, const PGresult *error, const char *statement)
{
	answer(req, arena_str(req->arena, str_of(sqlstate)), field(error, PG_DIAG_CONSTRAINT_NAME),
		field(error, PG_DIAG_MESSAGE_DETAIL), statement);
}

void error_refused(struct req *req, struct str sqlstate, struct str detail, const char *statement)
{
	answer(req, arena_str(req->arena, sqlstate), STR_NONE, detail, statement);
}
