/* tiepdan demo: fills an empty installation with people and with tickets of the last 60 days: routed,
 * answered on time and late, refused, open and overdue. It goes the way of real tickets: decide_filing(),
 * filings_store(), ticket_move(). */
#include "command/demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/keys.h"
#include "auth/receipt.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/embedded.h"
#include "base/must.h"
#include "base/uuid.h"
#include "civil/code.h"
#include "civil/text.h"
#include "command/command.h"
#include "command/loaded.h"
#include "command/pg.h"

enum {
	TICKETS = 240,
	DAYS = 60,
	TEMPLATES_MAX = 64,
	PROGRESS = 40
};

static const struct {
	const char *login, *name, *department, *roles;
} people[] = {
	{"dieuphoi", "Nguyễn Thị Điều Phối", "HN-EIC", "coordinator"},
	{"lanhdao.trungtam", "Trần Văn Trung Tâm", "HN-EIC", "hub_head"},
	{"baochi", "Lê Thị Báo Chí", "HN-EIC", "press_officer"},
	{"nguoiphatngon", "Phạm Văn Phát Ngôn", "HN-EIC", "spokesperson"},
	{"dulieu", "Vũ Thị Dữ Liệu", "HN-EIC", "data_officer"},
	{"phapche", "Hoàng Văn Pháp Chế", "HN-TTRA", "legal_officer"},
	{"lanhdao.thanhpho", "Đỗ Thị Thành Phố", "HN-VPUBND", "leader"},
	{"quantri", "Bùi Văn Quản Trị", "HN-EIC", "admin"},
	/* A second look is another officer's, an appeal the city's; and a ward to route to. */
	{"canbo2.hn-sxd", "Ngô Văn Xem Lại", "HN-SXD", "officer"},
	{"canbo.hn-ubnd", "Cán bộ HN-UBND", "HN-UBND", "officer"},
	{"phapche.hn-ubnd", "Pháp chế HN-UBND", "HN-UBND", "legal_officer"},
	{"lanhdao.hn-ubnd", "Lãnh đạo HN-UBND", "HN-UBND", "head"},
	{"canbo.ub-00316", "Cán bộ UB-00316", "UB-00316", "officer"},
	{"lanhdao.ub-00316", "Lãnh đạo UB-00316", "UB-00316", "head"},
};

int64_t demo_random(struct demo *demo, int64_t below)
{
	demo->seed ^= demo->seed << 13;
	demo->seed ^= demo->seed >> 7;
	demo->seed ^= demo->seed << 17;
	return (int64_t)(demo->seed % (uint64_t)below);
}

static bool load_city(struct demo *demo)
{
	struct str reason;

	demo->city = loaded_city(demo->pg, demo->arena, &reason);
	if (!demo->city)
		fprintf(stderr, "tiepdan: %.*s; run `tiepdan seed` first\n", STR_ARG(reason));
	return demo->city != NULL;
}

static unsigned load_templates(struct demo *demo, struct demo_template *ret)
{
	const struct embedded_group *group = embedded_group("seeds");
	struct str cells[CSV_FIELDS_MAX];
	unsigned n = 0;

	for (unsigned i = 0; i < group->n; i++) {
		if (strcmp(group->files[i].name, "demo/tickets.csv") != 0)
			continue;
		struct csv csv = csv_open(group->files[i].data);
		csv_read(&csv, demo->arena, cells); /* the head line */
		while (n < TEMPLATES_MAX && csv_read(&csv, demo->arena, cells) == 6)
			ret[n++] = (struct demo_template){
				cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]};
	}
	return n;
}

static bool add_people(struct demo *demo)
{
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++)
		if (!pg_do(demo->pg, "command_user_add",
			    (struct str[]){str_of(people[i].login), str_of(people[i].name),
				    str_of(people[i].department),
				    arena_printf(demo->arena, "{%s}", people[i].roles),
				    arena_printf(demo->arena, "%s@example.org", people[i].login), STR("vi")},
			    6)) {
			fputs("tiepdan: the people of the demo work in the departments of the shipped city\n",
				stderr);
			return false;
		}
	return true;
}

/* One array with one element, as a PostgreSQL literal. */
static struct str one(struct demo *demo, struct str value)
{
	struct buf b = {.arena = demo->arena};

	if (!value.at)
		return STR("{NULL}");
	buf_put(&b, STR("{\""));
	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] == '"' || value.at[i] == '\\')
			buf_byte(&b, '\\');
		buf_byte(&b, value.at[i]);
	}
	buf_put(&b, STR("\"}"));
	return buf_str(&b);
}

struct str demo_instant(struct demo *demo, int64_t seconds)
{
	char text[CLOCK_RFC3339_SIZE];

	if (seconds == 0 || seconds == INT64_MIN)
		return STR_NONE;
	clock_format(seconds * 1000, text);
	return arena_str(demo->arena, str_of(text));
}

static struct str uuid_text(struct demo *demo)
{
	struct uuid id = uuid_new();
	char text[UUID_TEXT_SIZE];

	uuid_format(&id, text);
	return arena_str(demo->arena, str_of(text));
}

struct str demo_uuid(struct demo *demo)
{
	return uuid_text(demo);
}

static struct str number_text(struct demo *demo, int64_t n)
{
	return arena_printf(demo->arena, "%ld", (long)n);
}

static struct str folded_words(struct demo *demo, const struct demo_template *t)
{
	return text_fold(
		demo->arena, arena_printf(demo->arena, "%.*s\n%.*s", STR_ARG(t->title), STR_ARG(t->text)));
}

static struct str content_of(struct demo *demo, const struct demo_template *t, struct str ticket)
{
	struct uuid id;

	must(uuid_parse(ticket, &id));
	return receipt_content(
		demo->arena, demo->keys, &id, &(struct receipt_words){t->title, t->text, STR_NONE});
}

/* The parameters of ticket_file in the order of its "in:" line. */
static bool store(struct demo *demo, const struct demo_template *t, const struct filing_facts *facts,
	struct demo_ticket *ticket)
{
	const struct decision *d = &ticket->decision;
	int year;
	clock_civil_from_days(
		calendar_local_day(demo->city->calendar, facts->at), &year, &(int){0}, &(int){0});
	struct str code = code_format(demo->arena, keys_purpose(demo->keys, KEY_TICKET_CODE), demo->prefix,
		(struct code){demo->next_number, year % 100});
	const struct str values[] = {ticket->id, number_text(demo, demo->next_number++), code, t->kind,
		t->category, facts->area, t->title, t->text, facts->folded, STR_NONE, STR_NONE, STR_NONE,
		t->language, STR("web"), STR("false"), d->visibility, d->sight, d->level,
		number_text(demo, d->department->id), d->policy ? number_text(demo, d->policy->id) : STR_NONE,
		decide_explain(demo->arena, d, facts), demo_instant(demo, facts->at), STR_NONE, STR_NONE,
		STR_NONE, STR_NONE, STR_NONE, STR_NONE, content_of(demo, t, ticket->id), STR_NONE, STR_NONE,
		uuid_text(demo)};
	static const enum demo_column columns[] = {DEMO_ORD, DEMO_KIND, DEMO_START, DEMO_WAITS, DEMO_DUE,
		DEMO_ALARM, DEMO_UNIT, DEMO_AMOUNT, DEMO_CALENDAR, DEMO_VERSION};
	enum {
		NVALUES = sizeof(values) / sizeof(values[0]),
		N = NVALUES + sizeof(columns) / sizeof(columns[0])
	};
	struct str arrays[N];

	for (int i = 0; i < NVALUES; i++)
		arrays[i] = one(demo, values[i]);
	for (int i = NVALUES; i < N; i++)
		arrays[i] = demo_offers(demo, d->clocks.at, d->clocks.n, columns[i - NVALUES]);
	return pg_do(demo->pg, "ticket_file", arrays, N);
}

/* Mostly by day, any day of the week. */
static int64_t random_instant(struct demo *demo)
{
	int64_t day = demo->now_ms / 86400000 - demo_random(demo, DAYS);
	int64_t at = day * 86400 + demo_random(demo, 15 * 3600); /* 07:00 to 22:00 at UTC+7 */
	int64_t latest = demo->now_ms / 1000 - 60;

	return at < latest ? at : latest;
}

static struct str random_area(struct demo *demo)
{
	const struct city *city = demo->city;

	for (;;) {
		const struct area *a = &city->areas[demo_random(demo, city->nareas)];
		if (a->parent.at)
			return a->code;
	}
}

static bool add_ticket(struct demo *demo, const struct demo_template *t)
{
	struct demo_ticket ticket = {.id = uuid_text(demo),
		.category = t->category,
		.reply = t->reply,
		.filed_at = random_instant(demo)};
	bool placeless = str_eq(t->kind, STR("press"));
	const struct filing_facts facts = {.kind = t->kind,
		.category = t->category,
		.area = placeless ? STR_NONE : random_area(demo),
		.at = ticket.filed_at,
		.language = t->language,
		.channel = STR("web"),
		.folded = folded_words(demo, t)};

	if (decide_filing(demo->arena, demo->city, &facts, &ticket.decision) < 0) {
		fputs("tiepdan: the calendar does not reach far enough\n", stderr);
		return false;
	}
	return store(demo, t, &facts, &ticket) && demo_live(demo, &ticket);
}

static bool take_numbers(struct demo *demo)
{
	PGresult *r =
		pg_query(demo->pg, "ticket_number_block", (struct str[]){number_text(demo, TICKETS)}, 1);
	bool ok = r && str_to_i64(str_of(PQgetvalue(r, 0, 0)), &demo->next_number) == 0;

	PQclear(r);
	return ok;
}

static bool fill(struct demo *demo)
{
	struct demo_template templates[TEMPLATES_MAX];
	unsigned n = load_templates(demo, templates);

	demo->evidence = pg_query(demo->pg, "command_demo_evidence", NULL, 0);
	if (n == 0 || !demo->evidence || !load_city(demo) || !add_people(demo) || !take_numbers(demo))
		return false;
	for (int i = 0; i < TICKETS; i++) {
		if (!add_ticket(demo, &templates[(unsigned)i % n]))
			return false;
		if ((i + 1) % PROGRESS == 0) {
			printf("demo tickets: %d of %d\n", i + 1, TICKETS);
			fflush(stdout);
		}
	}
	return demo_staff(demo);
}

/* Once only: the people of the demo are the mark. */
static int is_loaded(struct demo *demo)
{
	PGresult *r = pg_query(demo->pg, "command_demo_loaded", (struct str[]){str_of(people[0].login)}, 1);
	int loaded = r ? PQntuples(r) : -1;

	PQclear(r);
	return loaded;
}

int command_demo(const struct config *config, char **args)
{
	if (!command_ends(args))
		return EXIT_FAILURE;
	struct demo demo = {.arena = arena_new(),
		.now_ms = clock_wall_ms(),
		.seed = 20260701,
		.prefix = str_of(config->code_prefix)};
	struct str reason = STR("memory is out");
	int status = EXIT_FAILURE;

	demo.keys = demo.arena ? keys_load(demo.arena, config->key_dir, &reason) : NULL;
	if (!demo.keys)
		fprintf(stderr, "tiepdan: %.*s\n", STR_ARG(reason));
	else
		demo.pg = pg_connect("owner_url", config->owner_url);
	if (demo.pg) {
		int loaded = is_loaded(&demo);
		if (loaded > 0)
			puts("the demo is loaded already");
		if (loaded > 0 || (loaded == 0 && pg_script(demo.pg, "begin") && fill(&demo) &&
					  pg_script(demo.pg, "commit")))
			status = EXIT_SUCCESS;
	}
	PQclear(demo.evidence);
	PQfinish(demo.pg);
	arena_free(demo.arena);
	return status;
}
