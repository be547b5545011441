/* tiepdan generate: tickets as a city has them after years, for measuring and for trying things out. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "command/command.h"
#include "command/generate_search.h"
#include "command/generate_work.h"
#include "command/loaded.h"
#include "command/pg.h"

enum {
	DAY = 24 * 3600,
	YEARS = 3,
	MOST = 100000000,
	FOLLOWED_DAYS = 31 /* longer ago nobody looks for duplicates */
};

/* What is asked for. */
struct wanted {
	int64_t tickets, seed;
	const char *from, *to; /* days; NULL: as far as there is a city, and now */
	bool yes, add;
};

/* --- arguments ------------------------------------------------------------------------------------------ */

static bool read_number(const char *name, const char *text, int64_t least, int64_t *ret)
{
	if (text && str_to_i64(str_of(text), ret) == 0 && *ret >= least && *ret <= MOST)
		return true;
	fprintf(stderr, "tiepdan: %s needs a number from %" PRId64 " to %d\n", name, least, MOST);
	return false;
}

/* How many arguments it takes; 0: it is none, -1 after a message. */
static int read_arg(char **args, struct wanted *ret)
{
	const char *name = args[0], *value = args[1];

	if (strcmp(name, "--yes") == 0 || strcmp(name, "--add") == 0) {
		*(strcmp(name, "--yes") == 0 ? &ret->yes : &ret->add) = true;
		return 1;
	}
	if (strcmp(name, "--tickets") == 0)
		return read_number(name, value, 1, &ret->tickets) ? 2 : -1;
	if (strcmp(name, "--seed") == 0)
		return read_number(name, value, 0, &ret->seed) ? 2 : -1;
	if (value && (strcmp(name, "--from") == 0 || strcmp(name, "--to") == 0)) {
		*(strcmp(name, "--from") == 0 ? &ret->from : &ret->to) = value;
		return 2;
	}
	return 0;
}

static bool read_args(char **args, struct wanted *ret)
{
	int taken = 1;

	*ret = (struct wanted){.seed = 1};
	for (; args[0] && taken > 0; args += taken > 0 ? taken : 0)
		taken = read_arg(args, ret);
	if (taken < 0 || (taken == 0 && !command_ends(args)))
		return false;
	if (ret->tickets == 0)
		command_print(command_find("generate"), stderr);
	return ret->tickets > 0;
}

/* --- when ----------------------------------------------------------------------------------------------- */

static bool read_day(const struct city *city, const char *name, const char *text, int64_t *ret)
{
	int32_t day;

	if (clock_parse_date(str_of(text), &day) < 0) {
		fprintf(stderr, "tiepdan: %s needs a day, for example 2026-01-31\n", name);
		return false;
	}
	*ret = calendar_instant(city->calendar, day, 0);
	return true;
}

/* The first day on which there are areas and deadlines, but not more than some years ago. */
static int64_t first_day(const struct city *city, int64_t to)
{
	int32_t area = INT32_MAX, policy = INT32_MAX,
		earliest = calendar_local_day(city->calendar, to) - YEARS * 365;

	for (unsigned i = 0; i < city->nareas; i++)
		if (city->areas[i].parent.at && city->areas[i].valid_from < area)
			area = city->areas[i].valid_from;
	for (unsigned i = 0; i < city->npolicies; i++)
		if (city->policies[i].valid_from < policy)
			policy = city->policies[i].valid_from;
	if (city->nareas > 0 && area > earliest)
		earliest = area;
	if (city->npolicies > 0 && policy > earliest)
		earliest = policy;
	return calendar_instant(city->calendar, earliest, 0);
}

/* Deadlines of what is filed have to be known a year ahead. */
static bool knows(const struct city *city, int64_t from, int64_t to)
{
	for (unsigned i = 0; i < city->ncalendars; i++) {
		int64_t first, last;

		calendar_span(city->calendars[i], &first, &last);
		if (from < first || to + 365 * DAY > last) {
			fputs("tiepdan: the calendars of the city do not reach so far\n", stderr);
			return false;
		}
	}
	return true;
}

static int32_t month_of(int64_t at)
{
	int year, month, day;

	clock_civil_from_days((int32_t)(at / DAY), &year, &month, &day);
	return 12 * year + month - 1;
}

static bool choose_days(struct arena *arena, struct generate *g, const struct wanted *wanted)
{
	int64_t from, now = clock_wall_ms() / 1000;

	g->to = g->now = now;
	if (wanted->to && !read_day(g->city, "--to", wanted->to, &g->to))
		return false;
	if (g->to > now)
		g->to = now;
	from = first_day(g->city, g->to);
	if (wanted->from && !read_day(g->city, "--from", wanted->from, &from))
		return false;
	if (from >= g->to) {
		fputs("tiepdan: --from has to be before --to, and before now\n", stderr);
		return false;
	}
	if (!knows(g->city, from, g->to))
		return false;
	g->days = days_make(arena, g->city->calendar, g->seed, from, g->to);
	g->first_month = month_of(from);
	g->months = (unsigned)(month_of(g->to) - g->first_month + 1);
	return true;
}

/* --- what ----------------------------------------------------------------------------------------------- */

/* Categories that have paths and people of their own. */
static const char *const left_out[] = {"press", "personal_data", "officials_conduct"};
static const char *const of_storms[] = {"water.drainage", "trees_lighting.trees", "power_telecom.power"};
/* The first of a choice come most often. */
static const char *const kinds[] = {
	"feedback", "question", "recommendation", "praise", "information_request"};

static bool is_one_of(struct str code, const char *const *codes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(code, str_of(codes[i])))
			return true;
	return false;
}

/* Answers that are proved by a file have none here. */
static bool may_come(const struct generate *g, struct str code)
{
	const struct book_category *category = book_category(g->book, code);
	int32_t day = calendar_local_day(g->city->calendar, g->to);

	return category && !category->evidence && city_category(g->city, code, day) &&
	       !is_one_of(code, left_out, sizeof(left_out) / sizeof(left_out[0]));
}

static void choose_categories(struct arena *arena, struct generate *g)
{
	unsigned n, nstorm = 0, kept = 0;
	const struct str *names = phrases_categories(g->words, arena, &n);
	struct str *all = arena_alloc(arena, (n + 1) * sizeof(*all)),
		   *storm = arena_alloc(arena, (n + 1) * sizeof(*storm));

	for (unsigned i = 0; i < n; i++) {
		if (!may_come(g, names[i]))
			continue;
		all[kept++] = names[i];
		if (is_one_of(names[i], of_storms, sizeof(of_storms) / sizeof(of_storms[0])))
			storm[nstorm++] = names[i];
	}
	g->categories = (struct choice){all, kept};
	g->storm_categories = (struct choice){storm, nstorm};
}

static void choose_kinds(struct arena *arena, struct generate *g)
{
	struct str *all = arena_alloc(arena, sizeof(kinds) / sizeof(kinds[0]) * sizeof(*all));
	unsigned n = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (city_kind(g->city, str_of(kinds[i])))
			all[n++] = str_of(kinds[i]);
	g->kinds = (struct choice){all, n};
}

/* Some wards have many more people than others: which ones has nothing to do with their codes. */
static void choose_areas(struct arena *arena, struct generate *g)
{
	const struct city *city = g->city;
	struct str *all = arena_alloc(arena, (city->nareas + 1) * sizeof(*all));
	struct random random = random_of(g->seed, UINT64_MAX);
	unsigned n = 0;

	for (unsigned i = 0; i < city->nareas; i++) {
		if (!city->areas[i].parent.at)
			continue;
		unsigned at = (unsigned)random_below(&random, n + 1);
		all[n++] = all[at];
		all[at] = city->areas[i].code;
	}
	g->areas = (struct choice){all, n};
}

/* Somebody routes, and there are reasons to refuse. */
static bool has_people(const struct book *book)
{
	if (book->hub && book->nreasons > 0)
		return true;
	fputs("tiepdan: a hub and reasons to refuse a ticket are needed; run `tiepdan seed` first\n", stderr);
	return false;
}

static bool choose(struct arena *arena, struct generate *g)
{
	g->words = phrases_new(arena);
	must(g->words);
	choose_categories(arena, g);
	choose_kinds(arena, g);
	choose_areas(arena, g);
	if (g->categories.n > 0 && g->kinds.n > 0 && g->areas.n > 0)
		return true;
	fputs("tiepdan: what is generated has the kinds and categories of the shipped city, and areas\n",
		stderr);
	return false;
}

/* --- whether -------------------------------------------------------------------------------------------- */

/* Nobody fills a database in use by mistake. */
static bool may_fill(struct arena *arena, PGconn *pg, const struct wanted *wanted)
{
	struct str seed = arena_printf(arena, "%" PRId64, wanted->seed);
	PGresult *r = pg_query(pg, "command_generate_tickets", &seed, 1);
	bool ok = false, real = r && strcmp(PQgetvalue(r, 0, 1), "0") != 0;

	if (r && real && !wanted->add)
		fprintf(stderr,
			"tiepdan: the database \"%s\" has %s tickets that were not generated; --add adds to "
			"them\n",
			PQdb(pg), PQgetvalue(r, 0, 1));
	else if (r && PQgetvalue(r, 0, 2)[0] == 't')
		fprintf(stderr,
			"tiepdan: the database \"%s\" has what seed %" PRId64
			" generates; choose another --seed\n",
			PQdb(pg), wanted->seed);
	else if (r && !wanted->yes)
		fprintf(stderr,
			"tiepdan: this adds %" PRId64
			" invented tickets, and people who work on them, to the "
			"database \"%s\", which has %s tickets, for good; say --yes\n",
			wanted->tickets, PQdb(pg), PQgetvalue(r, 0, 0));
	else
		ok = r != NULL;
	PQclear(r);
	return ok;
}

/* Letters and looks at danger that real tickets still wait for would never come, nor would they be found. */
static bool all_followed(PGconn *pg, bool add)
{
	struct str all = add ? STR("true") : STR("false");
	PGresult *r = pg_query(pg, "command_generate_unread", &all, 1);
	bool ok = r && PQgetvalue(r, 0, 0)[0] == 'f';

	if (r && !ok)
		fputs("tiepdan: there are events that the job worker has not come to; let the server run "
		      "until it has, and stop it\n",
			stderr);
	PQclear(r);
	return ok;
}

/* Nobody follows the feed, files or moves anything from here on, and what was asked before is asked again.
 * Who follows has a cursor first; who restricts or destroys has a ticket first, and one of the two may be
 * told to try again. */
static bool begin(struct arena *arena, PGconn *pg, const struct wanted *wanted)
{
	return pg_script(pg, "begin; set local lock_timeout = '10s'; "
			     "lock table tiepdan.notice_cursor, tiepdan.alike_cursor, tiepdan.triage_cursor, "
			     "tiepdan.suggestion_cursor, tiepdan.record_cursor, tiepdan.search_cursor, "
			     "tiepdan.report_cursor in exclusive mode; "
			     "lock table tiepdan.ticket, tiepdan.event in share row exclusive mode") &&
	       may_fill(arena, pg, wanted) && all_followed(pg, wanted->add);
}

/* --- all of it ------------------------------------------------------------------------------------------ */

static bool take_number(PGconn *pg, const char *statement, const struct str *values, int n, int64_t *ret)
{
	PGresult *r = pg_query(pg, statement, values, n);
	bool ok = r && str_to_i64(str_of(PQgetvalue(r, 0, 0)), ret) == 0;

	PQclear(r);
	return ok;
}

static bool prepare(struct arena *arena, PGconn *pg, struct generate *g, const struct wanted *wanted)
{
	struct str tickets = arena_printf(arena, "%" PRId64, wanted->tickets);
	int64_t xid = 0;

	g->book = book_load(arena, pg, g->city, g->to * 1000);
	/* What was made of people is recorded now: their tables are altered in this transaction. */
	if (!g->book || !choose(arena, g) || !has_people(g->book) ||
		!pg_script(pg, "set constraints all immediate"))
		return false;
	if (g->book->slot < 0) {
		fputs("tiepdan: running clocks are being dated anew; try again when that has ended\n",
			stderr);
		return false;
	}
	if (!take_number(pg, "ticket_number_block", &tickets, 1, &g->first_number) ||
		!take_number(pg, "command_generate_xid", NULL, 0, &xid))
		return false;
	g->xid = (uint64_t)xid;
	return true;
}

static bool tell_done(struct arena *arena, PGconn *pg, const struct generate *g)
{
	struct random none = {0};
	struct uuid event = uuid_new(), since = random_uuid(&none, (g->to - FOLLOWED_DAYS * DAY) * 1000);
	char event_text[UUID_TEXT_SIZE], since_text[UUID_TEXT_SIZE];

	uuid_format(&event, event_text);
	uuid_format(&since, since_text);
	return pg_do(pg, "command_generate_done",
		(struct str[]){str_of(event_text), arena_printf(arena, "%" PRId64, g->first_number),
			arena_printf(arena, "%" PRId64, g->tickets), arena_printf(arena, "%" PRIu64, g->seed),
			str_of(since_text)},
		5);
}

static bool fill(struct arena *arena, struct sink *sink, struct generate *g, const struct wanted *wanted)
{
	int64_t events, begun = clock_mono_us();
	bool ok = choose_days(arena, g, wanted) && sink_make_places(sink, g) &&
		  begin(arena, sink->main, wanted) && prepare(arena, sink->main, g, wanted) &&
		  sink_open(sink, arena, g) && work_run(g, sink, &events);

	if (ok)
		fputs("making indexes\n", stderr);
	ok = ok && sink_close(sink, arena, g) && tell_done(arena, sink->main, g) &&
	     pg_script(sink->main, "commit");
	double seconds = (double)(clock_mono_us() - begun) / 1e6;
	if (ok)
		printf("%" PRId64 " tickets with %" PRId64 " events in %.1f s: %.0f a second\n", g->tickets,
			events, seconds, (double)g->tickets / seconds);
	else if (pg_script(sink->main, "rollback"))
		sink_forget(sink, g);
	return ok;
}

int command_generate(const struct config *config, char **args)
{
	struct arena *arena = arena_new();
	struct sink sink = {.url = config->owner_url};
	struct generate g = {.prefix = str_of(config->code_prefix)};
	struct str reason = STR("memory is out");
	struct wanted wanted;
	bool ok = false;

	if (arena && read_args(args, &wanted)) {
		g.tickets = wanted.tickets;
		g.seed = (uint64_t)wanted.seed;
		sink.add = wanted.add;
		g.keys = keys_load(arena, config->key_dir, &reason);
		if (g.keys)
			sink.main = pg_connect("owner_url", config->owner_url);
		else
			fprintf(stderr, "tiepdan: %.*s\n", STR_ARG(reason));
	}
	if (sink.main && may_fill(arena, sink.main, &wanted)) {
		g.city = loaded_city(sink.main, arena, &reason);
		if (!g.city)
			fprintf(stderr, "tiepdan: %.*s; run `tiepdan seed` first\n", STR_ARG(reason));
		ok = g.city && fill(arena, &sink, &g, &wanted);
	}
	word_counts_free(sink.counts);
	PQfinish(sink.beside);
	PQfinish(sink.main);
	arena_free(arena);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
