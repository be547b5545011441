/* Reference data: keeping the copy in memory fresh, and the public lists. */
#include "app/reference/reference.h"

#include <event2/event.h>

#include "app/reference/city.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/work.h"
#include "civil/city_copy.h"
#include "civil/text.h"
#include "db/answer.h"
#include "db/shared.h"
#include "gen/shapes.h"
#include "gen/sql/reference.h"
#include "http/reply.h"

enum {
	RETRY_S = 1
};

struct reference {
	bool loading; /* or waiting to try again */
	bool again;   /* it has changed since that began */
};

/* One run of the loader: in the arena of the city that it makes. */
struct loading {
	struct work_task work;
	struct app *app;
	struct arena *arena;
	struct city *city;
};

struct reference *reference_new(struct arena *arena)
{
	struct reference *r = arena_alloc(arena, sizeof(*r));

	*r = (struct reference){.loading = false};
	return r;
}

static void load(struct app *app);

static void try_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	load(arg);
}

static void later(struct app *app)
{
	const struct timeval soon = {.tv_sec = RETRY_S};

	event_base_once(app->loop, -1, EV_TIMEOUT, try_again, app, &soon);
}

/* No request holds anything of the city across a turn of the loop, but by its copy: units copy their
 * parameters. */
static void swap(struct app *app, const struct city *city, struct arena *arena)
{
	city_copy_release(app->city_copy);
	app->city = city;
	app->city_copy = city_copy_new(arena, city);
}

static void log_loaded(const struct city *city)
{
	log_info("reference.loaded", LOG_STR("version", city->version),
		LOG_INT("departments", city->ndepartments), LOG_INT("rules", city->rules_number));
	if (city->rules_fault.at)
		log_error("reference.rules_unusable", LOG_INT("rules", city->rules_number),
			LOG_STR("reason", city->rules_fault));
}

/* In the thread. */
static void compile(struct work_task *work)
{
	struct loading *l = list_entry(work, struct loading, work);

	city_compile(l->arena, l->city);
}

static void compiled(struct work_task *work)
{
	struct loading *l = list_entry(work, struct loading, work);
	struct app *app = l->app;

	if (arena_failed(l->arena)) {
		arena_free(l->arena);
		later(app);
		return;
	}
	log_loaded(l->city);
	swap(app, l->city, l->arena);
	app->reference->loading = false;
	if (app->reference->again)
		reference_load(app);
}

static void loaded(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct loading *l = job->state;
	struct app *app = l->app;
	struct str reason = str_of(sqlstate);

	l->city = results ? city_from_rows(l->arena, results, clock_wall_ms(), &reason) : NULL;
	if (l->city && !arena_failed(l->arena)) {
		work_do(app->work, &l->work);
	} else {
		if (results)
			log_error("reference.unusable", LOG_STR("reason", reason));
		arena_free(l->arena);
		later(app);
	}
	arena_free(job->arena);
}

static void load(struct app *app)
{
	struct arena *arena = arena_new(), *city_arena = arena_new();

	if (!arena || !city_arena) {
		arena_free(arena);
		arena_free(city_arena);
		later(app);
		return;
	}
	struct loading *l = arena_alloc(city_arena, sizeof(*l));
	struct db_job *job = arena_alloc(arena, sizeof(*job));
	*l = (struct loading){.work = {.run = compile, .done = compiled}, .app = app, .arena = city_arena};
	*job = (struct db_job){.app = app, .arena = arena, .state = l};
	struct db_unit *u = db_unit_job(job);
	sql_reference_load_version(u); /* in the order of enum city_rows */
	sql_reference_load_calendars(u);
	sql_reference_load_hours(u);
	sql_reference_load_days(u);
	sql_reference_load_departments(u);
	sql_reference_load_areas(u);
	sql_reference_load_categories(u);
	sql_reference_load_kinds(u);
	sql_reference_load_policies(u);
	sql_reference_load_rule_set(u);
	sql_reference_load_alarms(u);
	sql_reference_load_kept(u);
	sql_reference_load_kept_hours(u);
	sql_reference_load_kept_days(u);
	sql_reference_load_danger(u);
	sql_reference_load_lineage(u);
	db_run_job(u, loaded);
}

void reference_load(struct app *app)
{
	struct reference *r = app->reference;

	r->again = r->loading;
	if (r->loading)
		return;
	r->loading = true;
	load(app);
}

/* False: it has been answered. */
static bool begin_list(struct req *req, struct str cursor, int64_t limit, struct page *ret_page)
{
	return page_begin_for_all(req, cursor, limit, ret_page) && !shared_told_list(req);
}

/* Lists that differ in their statement only. */
#define LIST(name, ...)                                                                                      \
	void name(struct req *req)                                                                           \
	{                                                                                                    \
		const struct name *in = req->input;                                                          \
		struct page page;                                                                            \
                                                                                                             \
		if (!begin_list(req, in->cursor, in->limit, &page))                                          \
			return;                                                                              \
		struct db_unit *u = db_unit(req);                                                            \
		sql_reference_##name(u, __VA_ARGS__.after = page.after, .limit = page.limit);                \
		db_run(u, shared_tell_page);                                                                 \
	}

LIST(department_list, .valid_on = in->valid_on, )
LIST(category_list, .valid_on = in->valid_on, )
LIST(area_list, .valid_on = in->valid_on, )
/* At most a few, in one answer: whoever types goes on typing. */
void area_former(struct req *req)
{
	const struct area_former *in = req->input;
	struct db_unit *u = db_unit(req);

	sql_reference_area_former(u, .name = in->name, .folded = text_fold(req->arena, in->name));
	db_run(u, answer_object);
}

LIST(kind_list)
LIST(calendar_list)
LIST(refusal_reason_list)
