/* Loading the model that a worker suggests from. */
#include "app/suggestion/model.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/log.h"
#include "db/answer.h"
#include "gen/sql/suggestion.h"

enum {
	RETRY_S = 5,
	UNUSABLE_S = 60 /* it has been loaded as a whole, for nothing */
};

/* The results, in the order in which the statements are sent. */
enum load_rows {
	LOAD_SETTINGS,
	LOAD_CLASSES,
	LOAD_COUNTS,
	LOAD_HOLDERS
};

static struct str text(struct suggestions *s, const PGresult *rows, int row, const char *column)
{
	return arena_str(s->arena, db_cell(rows, row, column));
}

static int compare_texts(const void *a, const void *b)
{
	const struct str *x = a, *y = b;

	return str_compare(*x, *y);
}

/* The class of a category; -1: it has none. */
static int64_t class_of(const struct suggestions *s, struct str category)
{
	const struct str *found =
		bsearch(&category, s->categories, s->ncategories, sizeof(category), compare_texts);

	return found ? found - s->categories : -1;
}

/* Classes are numbered in the order of their codes, bytewise, whatever the database sorts by. */
static int64_t *read_classes(struct suggestions *s, const PGresult *rows)
{
	int n = PQntuples(rows);
	struct str *categories = arena_alloc(s->arena, ((size_t)n + 1) * sizeof(*categories));
	int64_t *example = arena_alloc(s->arena, ((size_t)n + 1) * sizeof(*example));

	for (int i = 0; i < n; i++)
		categories[i] = text(s, rows, i, "category");
	qsort(categories, (size_t)n, sizeof(*categories), compare_texts);
	s->categories = categories;
	s->ncategories = (unsigned)n;
	for (int i = 0; i < n; i++)
		example[class_of(s, db_cell(rows, i, "category"))] = db_cell_int(rows, i, "example");
	return example;
}

static void read_holders(struct suggestions *s, const PGresult *rows)
{
	struct holder *h = arena_alloc(s->arena, ((size_t)PQntuples(rows) + 1) * sizeof(*h));

	s->holders = h;
	s->nholders = (size_t)PQntuples(rows);
	for (int i = 0; i < PQntuples(rows); i++)
		*h++ = (struct holder){text(s, rows, i, "kind"), text(s, rows, i, "category"),
			text(s, rows, i, "department"), db_cell_int(rows, i, "n")};
}

/* The counts stay where the result has them: the model copies what it keeps. Those of categories that are no
 * classes, because there are too many, do not count. */
static bool read_model(
	struct suggestions *s, struct arena *rough, const int64_t *example, const PGresult *rows)
{
	struct classify_count *counts = arena_try(rough, ((size_t)PQntuples(rows) + 1) * sizeof(*counts));
	size_t n = 0;

	if (!counts)
		return false;
	for (int i = 0; i < PQntuples(rows); i++) {
		int64_t class = class_of(s, db_cell(rows, i, "category"));

		if (class >= 0)
			counts[n++] = (struct classify_count){db_cell(rows, i, "gram"), class,
				db_cell_int(rows, i, "examples"), db_cell_int(rows, i, "tickets")};
	}
	s->classify = classify_build(s->arena, &(struct classify_counts){counts, n, example, s->ncategories});
	return s->classify != NULL;
}

static struct suggestions *read_all(struct arena *rough, PGresult *const *results)
{
	struct arena *arena = arena_new();
	struct suggestions *s = arena ? arena_alloc(arena, sizeof(*s)) : NULL;

	if (!s)
		return NULL;
	*s = (struct suggestions){.arena = arena,
		.version = db_cell_int(results[LOAD_SETTINGS], 0, "version"),
		.prior = db_cell_int(results[LOAD_SETTINGS], 0, "prior"),
		.sure = db_cell_int(results[LOAD_SETTINGS], 0, "sure")};
	const int64_t *example = read_classes(s, results[LOAD_CLASSES]);
	read_holders(s, results[LOAD_HOLDERS]);
	if (read_model(s, rough, example, results[LOAD_COUNTS]) && !arena_failed(arena))
		return s;
	suggestions_free(s);
	return NULL;
}

static void try_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	suggestions_load(arg);
}

static void later(struct app *app, int seconds)
{
	const struct timeval soon = {.tv_sec = seconds};

	event_base_once(app->loop, -1, EV_TIMEOUT, try_again, app, &soon);
}

static void loaded(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	struct app *app = job->app;
	struct suggestions *s = results ? read_all(job->arena, results) : NULL;

	if (s) {
		log_info("suggestions.loaded", LOG_INT("version", s->version),
			LOG_INT("ngrams", (int64_t)classify_grams(s->classify)),
			LOG_INT("bytes", (int64_t)classify_bytes(s->classify)));
		suggestions_free(app->suggestions);
		app->suggestions = s;
	} else {
		log_error("suggestions.unusable", LOG_STR("sqlstate", str_of(sqlstate)));
		later(app, results ? UNUSABLE_S : RETRY_S);
	}
	arena_free(job->arena);
}

void suggestions_load(struct app *app)
{
	struct arena *arena = arena_new();

	if (!arena) {
		later(app, RETRY_S);
		return;
	}
	struct db_job *job = arena_alloc(arena, sizeof(*job));
	*job = (struct db_job){.app = app, .arena = arena};
	struct db_unit *u = db_unit_job(job);
	sql_suggestion_load_settings(u); /* in the order of enum load_rows */
	sql_suggestion_load_classes(u, .most = CLASSIFY_CLASSES_MAX);
	sql_suggestion_load_counts(u);
	sql_suggestion_load_holders(u);
	db_run_job(u, loaded);
}

void suggestions_free(struct suggestions *suggestions)
{
	if (suggestions)
		arena_free(suggestions->arena);
}
