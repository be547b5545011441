/* What is filed: who writes what about which place, and where it goes. */
#include <math.h>
#include <string.h>

#include <jansson.h>

#include "auth/contact.h"
#include "auth/receipt.h"
#include "auth/seal.h"
#include "base/clock.h"
#include "base/must.h"
#include "civil/code.h"
#include "civil/text.h"
#include "command/generate_event.h"

enum {
	TRIES = 20,
	MERGED = 12, /* of a thousand pairs */
	MERGED_HOURS = 6,
	ENGLISH = 60,
	ANONYMOUS = 120,
	REACHABLE = 780, /* of those who are not anonymous */
	POINTS = 450,
	STORM_ABOUT = 650 /* of what is filed in a storm is about it */
};

static const struct {
	const char *code;
	int share;
} channels[] = {{"web", 430}, {"app", 420}, {"zalo", 100}, {"email", 50}};

/* --- what is known of each without making it ------------------------------------------------------------ */

/* Pairs of neighbours: the second one of some is found to be about the same. */
static bool is_pair(const struct generate *g, int64_t first)
{
	struct random random = random_of(~g->seed, (uint64_t)first);

	return first + 1 < g->tickets && random_permille(&random, MERGED) &&
	       days_at(&g->days, first + 1, g->tickets) - days_at(&g->days, first, g->tickets) <
		       MERGED_HOURS * 3600;
}

struct life_seed life_seed(const struct generate *g, int64_t k)
{
	struct life_seed seed = {.filed = days_at(&g->days, k, g->tickets),
		.merged = k % 2 == 1 && is_pair(g, k - 1),
		.is_root = k % 2 == 0 && is_pair(g, k),
		.random = random_of(g->seed, (uint64_t)k)};

	seed.id = random_uuid(&seed.random, seed.filed * 1000);
	return seed;
}

/* --- choices -------------------------------------------------------------------------------------------- */

static struct str choose(const struct choice *choice, struct random *random)
{
	return choice->at[random_zipf(random, choice->n)];
}

static struct str choose_area(const struct generate *g, struct random *random, int64_t at)
{
	int32_t day = calendar_local_day(g->city->calendar, at);

	for (int i = 0; i < TRIES; i++) {
		struct str area = choose(&g->areas, random);

		if (city_area(g->city, area, day))
			return area;
	}
	return STR_NONE;
}

static struct str choose_channel(struct random *random)
{
	int64_t ball = random_below(random, 1000);
	size_t i = 0;

	while (ball >= channels[i].share)
		ball -= channels[i++].share;
	return str_of(channels[i].code);
}

/* Two that are merged are about the same: they draw it from the same numbers. */
static void choose_subject(struct life *l, struct random *random, int64_t at)
{
	const struct generate *g = l->g;
	bool storm = days_storm(&g->days, at) && random_permille(random, STORM_ABOUT);
	struct str category =
		choose(storm && g->storm_categories.n > 0 ? &g->storm_categories : &g->categories, random);
	bool english = random_permille(random, ENGLISH) && phrases_knows(g->words, category, STR("en"));

	l->kind = storm ? g->kinds.at[0] : choose(&g->kinds, random);
	l->area = choose_area(g, random, at);
	l->topic = phrases_topic(g->words, l->arena, random, category, english ? STR("en") : STR("vi"));
	l->topic.storm = storm;
}

static void choose_point(struct life *l)
{
	const struct book_place *place = book_place(l->g->book, l->area);
	double far = 0.012; /* degrees */

	if (!place || !random_permille(&l->random, POINTS))
		return;
	l->has_point = true;
	l->lon = place->lon + far * (random_unit(&l->random) - random_unit(&l->random));
	l->lat = place->lat + far * (random_unit(&l->random) - random_unit(&l->random));
	l->lon = round(l->lon * 1e6) / 1e6;
	l->lat = round(l->lat * 1e6) / 1e6;
}

static void write_words(struct life *l)
{
	const struct phrases *words = l->g->words;

	l->title = phrases_title(words, l->arena, &l->random, &l->topic);
	l->text = phrases_text(words, l->arena, &l->random, &l->topic);
	l->location = random_permille(&l->random, 600) ? phrases_location(l->arena, &l->random, &l->topic)
						       : STR_NONE;
	l->folded = text_fold(l->arena, arena_printf(l->arena, "%.*s\n%.*s\n%.*s", STR_ARG(l->title),
						STR_ARG(l->text), STR_ARG(l->location)));
}

/* --- the decision --------------------------------------------------------------------------------------- */

/* The names of rules that ask other departments, as cohandlers_ask() picks them. */
static struct str asking_rules(struct arena *arena, json_t *rules)
{
	struct str names[RULES_TAKEN_MAX];
	size_t n = 0, i, k;
	json_t *taken, *said;

	json_array_foreach(json_object_get(rules, "taken"), i, taken)
	{
		json_array_foreach(json_object_get(taken, "said"), k, said)
		{
			if (n < RULES_TAKEN_MAX && strcmp(json_string_value(said), "with") == 0)
				names[n++] = arena_str(
					arena, str_of(json_string_value(json_object_get(taken, "rule"))));
		}
	}
	return event_texts(arena, names, n);
}

/* What everybody is told of the route, in the order of jsonb. */
static struct str told_route(struct arena *arena, json_t *route)
{
	struct canonical_member members[16];
	struct buf out = {.arena = arena};
	const char *name;
	json_t *value;
	size_t n = 0;

	json_object_foreach(route, name, value)
	{
		struct buf text = {.arena = arena};

		if (!json_is_string(value))
			continue; /* the rules, for staff alone */
		must(n < sizeof(members) / sizeof(members[0]));
		canonical_text(&text, str_of(json_string_value(value)));
		members[n++] = (struct canonical_member){arena_str(arena, str_of(name)), buf_str(&text)};
	}
	canonical_object(&out, members, n);
	return buf_str(&out);
}

static void read_route(struct life *l)
{
	json_t *route = json_loadb(l->route.at, l->route.len, 0, NULL);
	json_t *rules = json_object_get(route, "rules");

	must(route);
	l->told_route = told_route(l->arena, route);
	if (rules)
		l->part_rules = asking_rules(l->arena, rules);
	json_decref(route);
}

static void decide(struct life *l)
{
	const struct filing_facts facts = {.kind = l->kind,
		.category = l->topic.category,
		.area = l->area,
		.at = l->filed,
		.language = l->topic.language,
		.channel = l->channel,
		.folded = l->folded};

	must(decide_filing(l->arena, l->g->city, &facts, &l->decision) == 0);
	l->route = decide_explain(l->arena, &l->decision, &facts);
	read_route(l);
}

/* --- rows ----------------------------------------------------------------------------------------------- */

static struct str put_contact(struct life *l)
{
	const struct generate *g = l->g;
	struct rows *rows = &l->out->table[TABLE_contact];
	int64_t person = random_zipf(&l->random, g->tickets) + random_below(&l->random, g->tickets / 3 + 1);
	struct invented who = phrases_person(g->words, l->arena, g->seed, person);
	bool mail = random_permille(&l->random, 400), phone = !mail || random_permille(&l->random, 700);
	const struct contact plain = {.name = who.name,
		.phone = phone ? who.phone : STR_NONE,
		.email = mail ? who.email : STR_NONE};
	struct sealed sealed;

	seal(l->arena, g->keys, uuid_bytes(&l->id), contact_write(l->arena, &plain), &sealed);
	rows_begin(rows, 7);
	rows_uuid(rows, &l->id);
	rows_int8(rows, sealed.epoch);
	rows_bytes(rows, sealed.wrapped);
	rows_bytes(rows, sealed.box);
	rows_bytes(rows, sealed.commitment);
	rows_bytes(rows, phone ? seal_blind_index(l->arena, g->keys, who.phone) : STR_NONE);
	rows_bytes(rows, mail ? seal_blind_index(l->arena, g->keys, who.email) : STR_NONE);
	return digest_hex(l->arena, sealed.commitment);
}

static void put_event(struct life *l, struct str contact)
{
	const struct book_act *act = &l->g->book->act[ACTION_file];
	const struct decision *d = &l->decision;
	struct event e = {.id = random_uuid(&l->random, l->filed * 1000),
		.at = l->filed,
		.type = act->event,
		.actor_kind = "anyone",
		.department = l->holder->id,
		.to_state = l->state,
		.public_vi = act->public_vi,
		.public_en = act->public_en};

	event_text(l, &e, "kind", l->kind);
	event_text(l, &e, "category", l->topic.category);
	event_text(l, &e, "area", l->area);
	event_text(l, &e, "level", d->level);
	event_text(l, &e, "visibility", d->visibility);
	if (d->policy)
		event_number(l, &e, "policy", d->policy->id);
	else
		event_json(&e, "policy", STR("null"));
	event_json(&e, "route", l->told_route);
	event_text(l, &e, "contact", contact);
	event_text(l, &e, "content", l->content);
	event_text(l, &e, "code", l->code);
	event_number(l, &e, "number", l->number);
	event_text(l, &e, "sight", d->sight);
	event_text(l, &e, "language", l->topic.language);
	event_text(l, &e, "channel", l->channel);
	event_json(&e, "anonymous", l->anonymous ? STR("true") : STR("false"));
	event_put(l, &e, false);
}

static void name_it(struct life *l)
{
	const struct generate *g = l->g;
	int year;

	clock_civil_from_days(calendar_local_day(g->city->calendar, l->filed), &year, &(int){0}, &(int){0});
	l->code = code_format(l->arena, keys_purpose(g->keys, KEY_TICKET_CODE), g->prefix,
		(struct code){.number = l->number, .year = year % 100});
	l->content = receipt_content(
		l->arena, g->keys, &l->id, &(struct receipt_words){l->title, l->text, l->location});
}

void life_file(struct life *l, int64_t k)
{
	const struct generate *g = l->g;
	struct life_seed seed = life_seed(g, k);
	struct life_seed about = seed.merged ? life_seed(g, k - 1) : seed;

	l->id = seed.id;
	l->filed = l->updated = l->at = l->held_since = seed.filed;
	l->number = g->first_number + k;
	choose_subject(l, &about.random, about.filed);
	l->random = random_of(seed.random.state, 1);
	l->channel = choose_channel(&l->random);
	l->anonymous = random_permille(&l->random, ANONYMOUS);
	choose_point(l);
	write_words(l);
	decide(l);
	name_it(l);
	l->version = 1;
	l->holder = l->decision.department;
	l->clock_holder = l->holder->id;
	l->staff = book_staff(g->book, l->holder->id);
	l->state = book_move(g->book, ACTION_file, STR_NONE)->to;
	life_clocks_file(l);
	put_event(l, !l->anonymous && random_permille(&l->random, REACHABLE) ? put_contact(l) : STR_NONE);
}

/* What rules have marked it with: the rows follow the ticket. */
static void put_tags(struct life *l, const struct rule_list *names, bool flag)
{
	struct rows *rows = &l->out->table[TABLE_ticket_tag];

	for (unsigned i = 0; i < names->n; i++) {
		rows_begin(rows, 7);
		rows_uuid(rows, &l->id);
		rows_bytes(rows, names->at[i]);
		rows_bool(rows, flag);
		rows_at(rows, l->filed * 1000000);
		rows_int8(rows, l->holder->id);
		rows_bytes(rows, l->decision.sight);
		rows_bool(rows, l->done);
	}
}

void life_tags_write(struct life *l)
{
	put_tags(l, &l->decision.rules.list[EFFECT_TAG - EFFECT_SINGLES], false);
	put_tags(l, &l->decision.rules.list[EFFECT_FLAG - EFFECT_SINGLES], true);
}
