/* Random rules and tickets: the program says what a slow reading of the same rules says, written here over
 * trees of its own, one rule after the other. */
#include "rules_town.h"

#include <stdlib.h>

enum {
	ROUNDS = 400,
	TICKETS = 40,
	RULES_MOST = 14,
	LETS = 3,
	WORDS_MOST = 3
};

enum test {
	T_ALWAYS,
	T_FIELD,
	T_DANGER,
	T_TEXT,
	T_TIME,
	T_LOAD,
	T_VALID,
	T_LET,
	TESTS
};
enum join {
	LEAF,
	AND,
	OR
};

struct tree {
	enum join join;
	bool negated;
	struct tree *left, *right;
	enum test test;
	int field;
	const char *words[WORDS_MOST];
	int nwords, from, until, amount, let;
	bool less;
};

struct spec {
	struct tree *when;
	int32_t from, until;
	const char *department, *level, *profile, *with, *tags[2];
	bool stop;
};

struct set {
	struct tree *lets[LETS];
	struct spec at[RULES_MOST];
	int n;
};

static struct arena *arena;
static unsigned seed;
static const struct city *city;

static int below(int n)
{
	return rand_r(&seed) % n;
}

static const char *const kinds[] = {"feedback", "complaint", "emergency", "unknown"};
static const char *const categories[] = {"trees", "trees.fallen", "noise", "dust", "unknown"};
static const char *const areas[] = {"01", "001", "001a", "002", "009", "loop", "unknown"};
static const char *const languages[] = {"vi", "en"};
static const char *const channels[] = {"web", "app", "zalo", "fax"};
static const char *const levels[] = {"normal", "urgent", "complex"};
static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", "someday"};
static const char *const departments[] = {
	"HUB", "ROADS", "BUILDING", "OLD", "GONE", "LATE", "NEXT", "RING", "NOBODY"};
static const char *const profiles[] = {"usual", "past", "unknown"};
static const char *const phrases[] = {"a", "b", "a b", "b a", "a b a", "c a", "b b"};

static const struct {
	const char *word;
	const char *const *values;
	int n;
} fields[] = {
	{"kind", kinds, COUNT(kinds)},
	{"category", categories, COUNT(categories)},
	{"area", areas, COUNT(areas)},
	{"language", languages, COUNT(languages)},
	{"channel", channels, COUNT(channels)},
	{"level", levels, COUNT(levels)},
	{"day", days, COUNT(days)},
};

static const char *any_department(bool area)
{
	int i = below((int)COUNT(departments) + 3 * area);

	return i < (int)COUNT(departments) ? departments[i] : "AREA";
}

static void choose_words(struct tree *t, const char *const *from, int n)
{
	t->nwords = 1 + below(WORDS_MOST);
	for (int i = 0; i < t->nwords; i++)
		t->words[i] = from[below(n)];
}

/* Lets name only those before them. */
static struct tree *random_leaf(int lets)
{
	struct tree *t = arena_alloc(arena, sizeof(*t));

	t->test = (enum test)below(lets > 0 ? TESTS : T_LET);
	if (below(2))
		t->test = T_FIELD;
	t->negated = below(4) == 0;
	t->field = below((int)COUNT(fields));
	t->from = below(24 * 60);
	do
		t->until = 1 + below(24 * 60);
	while (t->until == t->from);
	t->amount = below(4);
	t->less = below(2);
	t->let = lets > 0 ? below(lets) : 0;
	if (t->test == T_FIELD)
		choose_words(t, fields[t->field].values, fields[t->field].n);
	else if (t->test == T_TEXT)
		choose_words(t, phrases, COUNT(phrases));
	else if (t->test == T_LOAD || t->test == T_VALID)
		t->words[t->nwords++] = any_department(false);
	return t;
}

static struct tree *random_tree(int depth, int lets)
{
	struct tree *t;

	if (depth == 0 || below(3) == 0)
		return random_leaf(lets);
	t = arena_alloc(arena, sizeof(*t));
	t->join = below(2) ? AND : OR;
	t->negated = below(4) == 0;
	t->left = random_tree(depth - 1, lets);
	t->right = random_tree(depth - 1, lets);
	return t;
}

static struct spec random_spec(void)
{
	struct spec s = {.when = random_tree(3, LETS), .from = EVER, .until = FOREVER};

	if (below(5) == 0)
		s.from = TODAY - 15 + below(30);
	if (below(5) == 0)
		s.until = s.from == EVER ? TODAY - 15 + below(30) : s.from + 1 + below(10);
	if (below(2))
		s.department = any_department(true);
	if (below(3) == 0)
		s.level = levels[below(COUNT(levels))];
	if (below(4) == 0)
		s.profile = profiles[below(COUNT(profiles))];
	if (below(4) == 0)
		s.with = any_department(true);
	for (int i = 0; i < 2; i++)
		s.tags[i] = phrases[below(2)];
	s.stop = below(8) == 0;
	return s;
}

/* --- Writing them down --- */

static void put_leaf(struct buf *out, const struct tree *t)
{
	static const char *const heads[] = {
		"always", NULL, "danger", "text has ", "time = ", "load ", "valid ", "l"};

	if (t->test == T_FIELD)
		buf_printf(out, "%s = ", fields[t->field].word);
	else
		buf_printf(out, "%s", heads[t->test]);
	for (int i = 0; i < t->nwords; i++)
		buf_printf(out, t->test == T_TEXT ? "%s\"%s\"" : "%s%s", i ? ", " : "", t->words[i]);
	if (t->test == T_TIME)
		buf_printf(
			out, "%02d:%02d-%02d:%02d", t->from / 60, t->from % 60, t->until / 60, t->until % 60);
	else if (t->test == T_LOAD)
		buf_printf(out, " %s %d", t->less ? "<" : ">=", t->amount);
	else if (t->test == T_LET)
		buf_printf(out, "%d", t->let);
}

static void put_tree(struct buf *out, const struct tree *t)
{
	if (t->negated)
		buf_printf(out, "not ");
	if (t->join == LEAF) {
		put_leaf(out, t);
		return;
	}
	buf_printf(out, "(");
	put_tree(out, t->left);
	buf_printf(out, t->join == AND ? " and " : " or ");
	put_tree(out, t->right);
	buf_printf(out, ")");
}

static void put_day(struct buf *out, const char *word, int32_t day)
{
	int y, m, d;

	if (day == EVER || day == FOREVER)
		return;
	clock_civil_from_days(day, &y, &m, &d);
	buf_printf(out, " %s %04d-%02d-%02d", word, y, m, d);
}

static void put_effect(struct buf *out, const char *word, const char *value)
{
	if (value)
		buf_printf(out, "%s %s; ", word, value);
}

static struct str written(const struct set *set)
{
	struct buf out = {.arena = arena};

	for (int i = 0; i < LETS; i++) {
		buf_printf(&out, "let l%d = ", i);
		put_tree(&out, set->lets[i]);
		buf_printf(&out, "\n");
	}
	for (int i = 0; i < set->n; i++) {
		const struct spec *s = &set->at[i];

		buf_printf(&out, "rule r%d", i);
		put_day(&out, "from", s->from);
		put_day(&out, "until", s->until);
		buf_printf(&out, " when ");
		put_tree(&out, s->when);
		buf_printf(&out, " then ");
		put_effect(&out, "department", s->department);
		put_effect(&out, "level", s->level);
		put_effect(&out, "profile", s->profile);
		put_effect(&out, "with", s->with);
		buf_printf(&out, "%stag %s, %s\n", s->stop ? "stop; " : "", s->tags[0], s->tags[1]);
	}
	return buf_str(&out);
}

/* --- Reading them slowly --- */

struct ticket {
	struct rule_facts facts;
	int32_t day;
	int minute;
};

/* From the tables of the town: parents and days once more, as plainly as possible. */
static const struct department *department(struct str code)
{
	for (unsigned i = 0; i < COUNT(town_departments); i++)
		if (str_eq(town_departments[i].code, code))
			return &town_departments[i];
	return NULL;
}

static const struct department *department_on(const char *code, int32_t day)
{
	const struct department *d = department(str_of(code));

	if (d && (day < d->valid_from || day >= d->valid_to)) {
		const struct department *next = d->successor > 0 ? &town_departments[d->successor - 1] : NULL;

		/* No chain of the town is longer than this. */
		return next && day >= next->valid_from && day < next->valid_to ? next : NULL;
	}
	return d;
}

static bool category_is_in(struct str code, struct str top)
{
	return str_eq(code, top) || (str_eq(code, STR("trees.fallen")) && str_eq(top, STR("trees")));
}

static bool area_is_in(struct str code, struct str top)
{
	bool in_ward = str_eq(code, STR("001")) || str_eq(code, STR("001a"));
	bool in_city = in_ward || str_eq(code, STR("002")) || str_eq(code, STR("009"));

	return str_eq(code, top) || (in_ward && str_eq(code, STR("001a")) && str_eq(top, STR("001"))) ||
	       (in_city && str_eq(top, STR("01")));
}

static bool field_is(const struct tree *t, const struct ticket *ticket, struct str value)
{
	const struct rule_facts *f = &ticket->facts;

	if (str_eq(value, STR("unknown")) || str_eq(value, STR("fax")))
		return false;
	switch (t->field) {
	case 0:
		return str_eq(f->kind, value);
	case 1:
		return category_is_in(f->category, value);
	case 2:
		return area_is_in(f->area, value);
	case 3:
		return str_eq(f->language, value);
	case 4:
		return str_eq(f->channel, value);
	case 5:
		return str_eq(f->level, value);
	default:
		return str_eq(str_of(days[((ticket->day % 7) + 3) % 7]), value);
	}
}

static bool text_has(const struct ticket *ticket, const char *phrase)
{
	const char *text = arena_printf(arena, " %.*s ", STR_ARG(ticket->facts.folded)).at;

	return strstr(text, arena_printf(arena, " %s ", phrase).at) != NULL;
}

static int64_t load_of(const struct ticket *ticket, const struct department *d)
{
	for (unsigned i = 0; i < ticket->facts.nloads; i++)
		if (ticket->facts.loads[i].department == d->id)
			return ticket->facts.loads[i].open;
	return 0;
}

static bool is_true(const struct set *set, const struct tree *t, const struct ticket *ticket);

static bool leaf_is_true(const struct set *set, const struct tree *t, const struct ticket *ticket)
{
	const struct department *d;

	switch (t->test) {
	case T_FIELD:
		for (int i = 0; i < t->nwords; i++)
			if (field_is(t, ticket, str_of(t->words[i])))
				return true;
		return false;
	case T_DANGER:
		return ticket->facts.danger;
	case T_TEXT:
		for (int i = 0; i < t->nwords; i++)
			if (text_has(ticket, t->words[i]))
				return true;
		return false;
	case T_TIME:
		return (t->from < t->until && t->from <= ticket->minute && ticket->minute < t->until) ||
		       (t->from > t->until && (t->from <= ticket->minute || ticket->minute < t->until));
	case T_LOAD:
		d = department_on(t->words[0], ticket->day);
		return d && (t->less ? load_of(ticket, d) < t->amount : load_of(ticket, d) >= t->amount);
	case T_VALID:
		return department_on(t->words[0], ticket->day) != NULL;
	case T_LET:
		return is_true(set, set->lets[t->let], ticket);
	default:
		return true;
	}
}

static bool is_true(const struct set *set, const struct tree *t, const struct ticket *ticket)
{
	bool holds;

	if (t->join == LEAF)
		holds = leaf_is_true(set, t, ticket);
	else if (t->join == AND)
		holds = is_true(set, t->left, ticket) && is_true(set, t->right, ticket);
	else
		holds = is_true(set, t->left, ticket) || is_true(set, t->right, ticket);
	return holds != t->negated;
}

static bool has_ended(const char *code, int32_t day)
{
	bool late = day < TODAY - 5;

	return !late && (strcmp(code, "dust") == 0 || strcmp(code, "009") == 0);
}

/* Whether all that the condition names is there, `valid` aside. */
static bool names_are_there(const struct set *set, const struct tree *t, int32_t day)
{
	if (t->join != LEAF)
		return names_are_there(set, t->left, day) && names_are_there(set, t->right, day);
	if (t->test == T_LET)
		return names_are_there(set, set->lets[t->let], day);
	if (t->test == T_LOAD)
		return !department(str_of(t->words[0])) || department_on(t->words[0], day);
	for (int i = 0; t->test == T_FIELD && i < t->nwords; i++)
		if (has_ended(t->words[i], day))
			return false;
	return true;
}

static bool department_is_there(const char *code, int32_t day)
{
	return !code || strcmp(code, "AREA") == 0 || department_on(code, day);
}

static bool is_off(const struct set *set, const struct spec *s, int32_t day)
{
	bool past = s->profile && strcmp(s->profile, "past") == 0 && day >= TODAY - 5 && day < TODAY + 5;
	bool unknown = s->profile && strcmp(s->profile, "unknown") == 0;

	return past || unknown || !names_are_there(set, s->when, day) ||
	       !department_is_there(s->department, day) || !department_is_there(s->with, day);
}

static bool accept(void *of, struct str code)
{
	return !str_eq(code, *(const struct str *)of);
}

static bool list_has(const struct rule_list *list, const char *word)
{
	for (unsigned i = 0; i < list->n; i++)
		if (str_eq(list->at[i], str_of(word)))
			return true;
	return false;
}

static unsigned say_single(struct rule_outcome *o, enum rule_effect effect, const char *word, int rule)
{
	if (!word || o->single[effect].at)
		return 0;
	o->single[effect] = str_of(word);
	o->by[effect] = (unsigned)rule;
	return 1U << effect;
}

static unsigned say_listed(struct rule_outcome *o, enum rule_effect effect, const char *word)
{
	struct rule_list *list = &o->list[effect - EFFECT_SINGLES];

	if (!word || list_has(list, word))
		return 0;
	list->at[list->n++] = str_of(word);
	return 1U << effect;
}

static void read_slowly(const struct set *set, const struct ticket *ticket, struct rule_outcome *o)
{
	*o = (struct rule_outcome){.ntaken = 0};
	for (int i = 0; i < set->n; i++) {
		const struct spec *s = &set->at[i];
		struct rule_taken taken = {.rule = (unsigned)i};

		if (ticket->day < s->from || ticket->day >= s->until || !is_true(set, s->when, ticket))
			continue;
		taken.off = is_off(set, s, ticket->day) ||
			    (s->department && !o->single[EFFECT_DEPARTMENT].at &&
				    !accept(ticket->facts.of, str_of(s->department)));
		if (!taken.off)
			taken.said = say_single(o, EFFECT_DEPARTMENT, s->department, i) |
				     say_single(o, EFFECT_LEVEL, s->level, i) |
				     say_single(o, EFFECT_PROFILE, s->profile, i) |
				     say_listed(o, EFFECT_WITH, s->with) |
				     say_listed(o, EFFECT_TAG, s->tags[0]) |
				     say_listed(o, EFFECT_TAG, s->tags[1]);
		if (taken.off || taken.said || s->stop)
			o->taken[o->ntaken++] = taken;
		if (s->stop && !taken.off)
			return;
	}
}

/* --- Comparing --- */

static struct ticket random_ticket(const struct rule_load *loads, const struct str *refused)
{
	struct buf text = {.arena = arena};
	struct ticket t = {.day = TODAY - 15 + below(30), .minute = below(24 * 60)};

	for (int n = below(5); n > 0; n--)
		buf_printf(&text, "%s%c", text.len ? " " : "", "abcd"[below(4)]);
	t.facts = (struct rule_facts){.kind = str_of(kinds[below(COUNT(kinds))]),
		.category = str_of(categories[below(COUNT(categories))]),
		.area = str_of(areas[below(COUNT(areas))]),
		.language = str_of(languages[below(COUNT(languages))]),
		.channel = str_of(channels[below(COUNT(channels))]),
		.level = str_of(levels[below(COUNT(levels))]),
		.folded = buf_str(&text),
		.at = (int64_t)t.day * 86400 - EAST + t.minute * 60 + below(60),
		.danger = below(3) == 0,
		.loads = loads,
		.nloads = (unsigned)below(4),
		.accept = accept,
		.of = (void *)refused};
	return t;
}

static void same(const struct rule_outcome *a, const struct rule_outcome *b)
{
	assert_int_equal(a->ntaken, b->ntaken);
	for (unsigned i = 0; i < a->ntaken; i++)
		assert_true(a->taken[i].rule == b->taken[i].rule && a->taken[i].said == b->taken[i].said &&
			    a->taken[i].off == b->taken[i].off &&
			    (a->taken[i].ended.at != NULL) == a->taken[i].off);
	for (unsigned i = 0; i < EFFECT_SINGLES; i++)
		assert_true(str_eq(a->single[i], b->single[i]) && a->by[i] == b->by[i]);
	for (unsigned i = 0; i < EFFECTS - EFFECT_SINGLES; i++) {
		assert_int_equal(a->list[i].n, b->list[i].n);
		for (unsigned k = 0; k < a->list[i].n; k++)
			assert_true(str_eq(a->list[i].at[k], b->list[i].at[k]));
	}
}

/* The rules that are off are those that a reading of the names says. */
static void same_off(const struct set *set, const struct rules_program *program, int32_t day)
{
	unsigned n, at = 0;
	const struct rule_off *off = rules_off(arena, program, day, &n);

	for (int i = 0; i < set->n; i++)
		if (day >= set->at[i].from && day < set->at[i].until && is_off(set, &set->at[i], day)) {
			assert_true(at < n && off[at].rule == (unsigned)i && off[at].ended.at);
			at++;
		}
	assert_int_equal(at, n);
}

/* What is said to be never true or unreachable never shows in an outcome. */
static void check_claims(const struct rules_faults *faults, const struct rule_outcome *o, int32_t day)
{
	for (unsigned i = 0; i < faults->n; i++) {
		bool never = strcmp(faults->at[i].code, "never_true") == 0;

		/* Unreachable is said of the days to come. */
		if (!never && (strcmp(faults->at[i].code, "unreachable") != 0 || day < TODAY))
			continue;
		for (unsigned k = 0; k < o->ntaken; k++)
			assert_int_not_equal(o->taken[k].rule + LETS + 1, faults->at[i].line);
	}
}

static bool compare_one_set(void)
{
	static const struct rule_load loads[] = {{1, 1}, {2, 2}, {3, 3}};
	const struct str nobody = STR("nobody"), hub = STR("HUB");
	struct set set = {.n = 1 + below(RULES_MOST)};
	struct rules_faults faults;
	const struct rules *rules;
	const struct rules_program *program;

	for (int i = 0; i < LETS; i++)
		set.lets[i] = random_tree(2, i);
	for (int i = 0; i < set.n; i++)
		set.at[i] = random_spec();
	rules = rules_read(arena, RULES_ROUTING, written(&set), &faults);
	if (!rules) {
		/* Random conditions are not kept simple. */
		assert_string_equal(faults.at[0].code, "too_many_alternatives");
		return false;
	}
	program = rules_compile(arena, rules, city);
	faults = rules_check(arena, rules, city, TODAY);
	for (int i = 0; i < TICKETS; i++) {
		bool refuses = below(3) == 0;
		struct ticket ticket = random_ticket(loads, refuses ? &hub : &nobody);
		struct rule_outcome got, want;

		rules_run(program, arena, &ticket.facts, &got);
		read_slowly(&set, &ticket, &want);
		same(&got, &want);
		same_off(&set, program, ticket.day);
		if (!refuses)
			check_claims(&faults, &got, ticket.day);
	}
	return true;
}

static void like_a_slow_reading(void **state)
{
	int compared = 0;
	(void)state;

	for (int round = 0; round < ROUNDS; round++) {
		seed = (unsigned)(20261126 + round);
		arena = arena_new();
		assert_non_null(arena);
		city = town_new(arena);
		compared += compare_one_set();
		arena_free(arena);
	}
	assert_true(compared > ROUNDS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(like_a_slow_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
