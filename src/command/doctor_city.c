/* Whether the city can do its work: reference data, rules, people. */
#include <string.h>

#include "base/clock.h"
#include "civil/rules_program.h"
#include "command/doctor.h"
#include "command/loaded.h"
#include "command/pg.h"
#include "command/rules.h"
#include "db/answer.h"

static struct finding check_reference(struct patient *p)
{
	struct str answer = doctor_ask(p, p->owner, "command_check_reference");

	if (!answer.at || answer.len > 0)
		return (struct finding){answer.at ? answer : STR("reference data cannot be read"),
			"run `tiepdan seed`, or `tiepdan import` with what is missing, e.g. days of the new "
			"yearly notice"};
	return well;
}

/* Departments that wait for their people are as they should be until tickets come. */
static struct finding check_staff(struct patient *p)
{
	PGresult *r = p->owner ? pg_query(p->owner, "command_check_staff", NULL, 0) : NULL;
	struct finding f = {
		.cure = "`tiepdan user add LOGIN --name=NAME --department=CODE --role=officer`, and a head; "
			"the hub can route their tickets to another department"};

	if (!r)
		f.fault = STR("the people of the departments cannot be read");
	else if (PQntuples(r) > 0) {
		f.fault = arena_str(p->arena, str_of(PQgetvalue(r, 0, 0)));
		f.mild = strcmp(PQgetvalue(r, 0, 1), "f") == 0;
	}
	PQclear(r);
	return f;
}

static struct finding check_admins(struct patient *p)
{
	struct str answer = doctor_ask(p, p->owner, "command_check_admins");

	if (!answer.at || answer.len == 0)
		return answer.at ? well : (struct finding){STR("cannot be read"), "run `tiepdan migrate`"};
	return (struct finding){
		arena_printf(p->arena, "these also decide about tickets: %.*s", STR_ARG(answer)),
		"give them an account of its own for each, or set admins_apart to 0"};
}

/* Two administrators are needed for what one asks for. */
static struct finding check_grants(struct patient *p)
{
	struct str answer = doctor_ask(p, p->owner, "command_check_grants");

	if (!answer.at)
		return (struct finding){STR("cannot be read"), "run `tiepdan migrate`"};
	return (struct finding){.fault = answer.len > 0 ? answer : STR_NONE,
		.cure = "confirm or refuse them (`grants` of the account); a second administrator is made "
			"with `tiepdan user add LOGIN --name=NAME --department=CODE --role=admin`, and what "
			"is given so waits for nobody",
		.mild = true};
}

/* Who signs where nobody else of a department may, and says where what has come back twice goes. */
static struct finding check_hub_head(struct patient *p)
{
	struct str answer = doctor_ask(p, p->owner, "command_check_hub_head");

	if (!answer.at)
		return (struct finding){STR("the people of the hub cannot be read"), "run `tiepdan migrate`"};
	if (str_eq(answer, STR("t")))
		return well;
	return (struct finding){
		.fault = STR("the hub has no active head: nobody signs where a department has nobody who "
			     "may, and what has come back twice waits"),
		.cure = "`tiepdan user add LOGIN --name=NAME --department=CODE --role=hub_head` with the "
			"code of the "
			"hub",
		.mild = true};
}

/* What a statement says, which is nothing when all is well. */
static struct finding ask_fault(struct patient *p, const char *statement, const char *what, bool mild)
{
	struct str answer = doctor_ask(p, p->owner, statement);

	if (!answer.at)
		return (struct finding){STR("who sees what cannot be read"), "run `tiepdan migrate`"};
	if (answer.len == 0)
		return well;
	return (struct finding){.fault = arena_printf(p->arena, "%s: %.*s", what, STR_ARG(answer)),
		.cure = "give somebody there the role that sees them: `tiepdan user add` with "
			"--role=legal_officer for denunciations, data_officer for personal data",
		.mild = mild};
}

static struct finding check_unseen(struct patient *p)
{
	return ask_fault(p, "command_check_unseen", "nobody sees the open tickets of", false);
}

static struct finding check_unseen_soon(struct patient *p)
{
	return ask_fault(p, "command_check_unseen_soon", "nobody would see the tickets of", true);
}

/* Rules that are switched off today; well when there are none. */
static struct finding off_today(
	struct patient *p, const struct city *city, const struct rules_program *program, struct str of)
{
	unsigned n = 0;
	const struct rule_off *off =
		rules_off(p->arena, program, calendar_local_day(city->calendar, clock_wall_ms() / 1000), &n);

	if (n == 0)
		return well;
	return (struct finding){
		.fault = arena_printf(p->arena,
			"%u rules%.*s are switched off, the first is %.*s: %.*s has ended", n, STR_ARG(of),
			STR_ARG(rules_rule_name(program, off[0].rule)), STR_ARG(off[0].ended)),
		.mild = true};
}

/* Rules of the active set that name what has ended, or a set that this program cannot read. */
static struct finding check_rules(struct patient *p)
{
	struct str reason;
	const struct city *city = p->owner ? loaded_city(p->owner, p->arena, &reason) : NULL;
	struct finding f = well;

	if (!city) /* which is said of the reference data */
		return well;
	if (city->rules_fault.at)
		f.fault = arena_printf(p->arena, "set %ld cannot be read, %.*s", (long)city->rules_number,
			STR_ARG(city->rules_fault));
	else if (city->rules)
		f = off_today(p, city, city->rules, STR(""));
	f.cure = "write them anew: `tiepdan export rules`, then `tiepdan import rules FILE`";
	return f;
}

/* The same of one set of a department. */
static struct finding check_assignment(
	struct patient *p, const struct city *city, struct str department, struct str text)
{
	struct rules_faults faults;
	const struct rules *rules = rules_read(p->arena, RULES_ASSIGNMENT, text, &faults);

	if (!rules)
		return (struct finding){
			arena_printf(p->arena, "the set of %.*s cannot be read, line %u: %.*s",
				STR_ARG(department), faults.at[0].line, STR_ARG(faults.at[0].en))};
	city = rules_city(p->owner, p->arena, city, department);
	if (!city)
		return well;
	return off_today(p, city, rules_compile(p->arena, rules, city),
		arena_printf(p->arena, " of %.*s", STR_ARG(department)));
}

/* Of the sets of departments the first one that has something. */
static struct finding check_assignments(struct patient *p)
{
	PGresult *r = p->owner ? rules_active(p->owner) : NULL;
	struct str reason;
	const struct city *city = r ? loaded_city(p->owner, p->arena, &reason) : NULL;
	struct finding f = well;

	for (int i = 0; city && !f.fault.at && i < PQntuples(r); i++) {
		struct str department = db_cell(r, i, "department");

		if (department.at)
			f = check_assignment(p, city, arena_str(p->arena, department), db_cell(r, i, "text"));
	}
	PQclear(r);
	f.cure = "let the head of the department write them anew, or: `tiepdan export rules:DEPARTMENT`, "
		 "then `tiepdan import rules:DEPARTMENT FILE`";
	return f;
}

static const struct check checks[] = {
	{"reference data", check_reference},
	{"routing rules", check_rules},
	{"assignment rules", check_assignments},
	{"people of the departments", check_staff},
	{"head of the hub", check_hub_head},
	{"administrators", check_admins},
	{"roles that wait", check_grants},
	{"tickets for named people", check_unseen},
	{"named people", check_unseen_soon},
};

const struct checks doctor_city = CHECKS(checks);
