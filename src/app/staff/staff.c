/* Who can take how much: profiles, absences, and the switch of automatic assignment. */
#include "app/staff/staff.h"

#include "app/record/once.h"
#include "base/clock.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/staff.h"
#include "http/reply.h"

void staff_list(struct req *req)
{
	const struct staff_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_staff_list(u, .now = clock_wall_ms(), .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void staff_work(struct req *req)
{
	const struct staff_work *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_staff_work(u, .account = req->args[0].uuid, .version = req->if_match, .capacity = in->capacity,
		.skills = {in->skills.items, in->skills.n},
		.languages = {in->languages.items, in->languages.n}, .at = clock_wall_ms(),
		.event = uuid_new());
	db_run(u, answer_object);
}

void absence_make(struct req *req)
{
	const struct absence_make *in = req->input;
	struct uuid id = uuid_new();
	int64_t now_ms = clock_wall_ms();
	struct db_unit *u = db_unit(req);

	answer_make(req, id, now_ms);
	once_claim(u, req);
	sql_staff_absence_make(u, .id = id, .account = req->args[0].uuid, .from = in->from,
		.until = in->until, .deputy = in->deputy, .at = now_ms, .event = uuid_new());
	once_finish(u, req, 201, req->made);
	db_run(u, answer_made);
}

void absence_remove(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_staff_absence_remove(u, .id = req->args[0].uuid, .at = clock_wall_ms(), .event = uuid_new());
	db_run(u, answer_nothing);
}

void work_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_staff_department(u, .now = clock_wall_ms());
	db_run(u, answer_object);
}

void work_set(struct req *req)
{
	const struct work_set *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_staff_department_set(u, .version = req->if_match, .automatic = in->automatic,
		.at = clock_wall_ms(), .event = uuid_new());
	db_run(u, answer_object);
}
