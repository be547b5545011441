/* What filing decides: the responsible department, the level, who may see the ticket, and its deadlines. */
#include "civil/decide.h"

#include <errno.h>

#include "base/buf.h"
#include "civil/rules_told.h"

enum {
	CHAIN_MAX = 8, /* categories are two levels deep, areas and departments two or three */
	HEIRS_MAX = 64
};

/* A code and those above it, nearest first. */
struct chain {
	struct str code[CHAIN_MAX];
	unsigned n;
};

/* What is being decided, looked up once. */
struct question {
	const struct city *city;
	const struct filing_facts *facts;
	int32_t day; /* of filing, in the city */
	struct chain categories, areas;
	struct decision *answer;
};

static bool holds(int32_t valid_from, int32_t valid_to, int32_t day)
{
	return valid_from <= day && day < valid_to;
}

static struct chain category_chain(const struct city *city, struct str code, int32_t day)
{
	struct chain chain = {.n = 0};

	while (code.len > 0 && chain.n < CHAIN_MAX) {
		const struct category *c = city_category(city, code, day);

		chain.code[chain.n++] = code;
		code = c ? c->parent : STR_NONE;
	}
	return chain;
}

static struct chain area_chain(const struct city *city, struct str code, int32_t day)
{
	struct chain chain = {.n = 0};

	while (code.len > 0 && chain.n < CHAIN_MAX) {
		const struct area *a = city_area(city, code, day);

		chain.code[chain.n++] = code;
		code = a ? a->parent : STR_NONE;
	}
	return chain;
}

static struct chain department_chain(const struct city *city, const struct department *d)
{
	struct chain chain = {.n = 0};

	for (; d && chain.n < CHAIN_MAX; d = city_department_by_id(city, d->parent))
		chain.code[chain.n++] = d->code;
	return chain;
}

/* The first row of a sorted array that is not before the key. */
static unsigned seek(const void *rows, unsigned n, size_t size,
	int (*order)(const void *row, const struct str *key), const struct str *key)
{
	unsigned low = 0;

	while (n > 0) {
		unsigned half = n / 2;

		if (order((const char *)rows + (low + half) * size, key) < 0) {
			low += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return low;
}

static int compare_area(const void *row, const struct str *area)
{
	const struct department *const *committee = row;

	return str_compare((*committee)->area, *area);
}

static bool is_in(const struct chain *chain, struct str code)
{
	for (unsigned i = 0; code.len > 0 && i < chain->n; i++)
		if (str_eq(chain->code[i], code))
			return true;
	return false;
}

/* Whom a department that has ended left this ticket to: by a choice of a split, else its principal
 * successor. */
static int64_t left_to(const struct question *q, const struct department *d)
{
	for (unsigned i = 0; i < q->city->nlineage; i++) {
		const struct lineage *l = &q->city->lineage[i];

		if (l->before == d->id && (is_in(&q->categories, l->category) || is_in(&q->areas, l->area)))
			return l->after;
	}
	return d->successor;
}

/* The department itself while it is valid on the day, else who has the ticket in its place (NULL: nobody).
 * The same as heir() of migrations/0062_reorganisation.sql. */
static const struct department *heir_of(const struct question *q, const struct department *d)
{
	/* Successors may run in a circle: no chain is longer than the list. */
	for (unsigned n = 0; d && n <= q->city->ndepartments; n++) {
		if (holds(d->valid_from, d->valid_to, q->day))
			return d;
		d = city_department_by_id(q->city, left_to(q, d));
	}
	return NULL;
}

const struct department *decide_heir(const struct city *city, const struct department *department,
	struct str category, struct str area, int32_t day)
{
	const struct question q = {.city = city,
		.day = day,
		.categories = category_chain(city, category, day),
		.areas = area_chain(city, area, day)};

	return heir_of(&q, department);
}

/* The committee that governs an area on the day, or the successor of one that did. */
static const struct department *committee_of(const struct question *q, struct str area, struct str *ret_ended)
{
	const struct department *const *list = q->city->committees;
	unsigned n = q->city->ncommittees, first = seek(list, n, sizeof(*list), compare_area, &area);

	*ret_ended = STR_NONE;
	for (unsigned i = first; i < n && str_eq(list[i]->area, area); i++)
		if (holds(list[i]->valid_from, list[i]->valid_to, q->day))
			return list[i];
	for (unsigned i = first; i < n && str_eq(list[i]->area, area); i++) {
		const struct department *heir = heir_of(q, list[i]);

		if (heir) {
			*ret_ended = list[i]->code;
			return heir;
		}
	}
	return NULL;
}

static const struct department *resolve(const struct question *q, struct str code, struct str *ret_ended)
{
	const struct department *named = city_department(q->city, code);
	const struct department *valid = heir_of(q, named);

	*ret_ended = valid && valid != named ? named->code : STR_NONE;
	return valid;
}

/* With the hub itself past its end and nobody after it, somebody still has to look. */
static void give_to_hub(const struct question *q, enum route_reason reason)
{
	q->answer->reason = reason;
	q->answer->department = resolve(q, q->city->hub, &q->answer->via_successor_of);
	if (!q->answer->department)
		q->answer->department = city_department(q->city, q->city->hub);
}

/* What a rule or category names: a code, or AREA, the committee of the ticket's area or of the nearest one
 * above it. NULL: it is not there on the day. */
static const struct department *meant(const struct question *q, struct str code, struct str *ret_ended)
{
	const struct department *found = NULL;

	if (!str_eq(code, STR("AREA")))
		return resolve(q, code, ret_ended);
	for (unsigned i = 0; i < q->areas.n && !found; i++)
		found = committee_of(q, q->areas.code[i], ret_ended);
	return found;
}

/* Gives the ticket to the department that a rule or category names; false when there is none any more. */
static bool give(const struct question *q, struct str code, enum route_reason reason)
{
	struct decision *answer = q->answer;

	answer->department = meant(q, code, &answer->via_successor_of);
	answer->reason = reason;
	if (!answer->department && str_eq(code, STR("AREA")))
		give_to_hub(q, REASON_HUB_NO_AREA);
	return answer->department != NULL;
}

/* What a policy names, most specific first. */
static const struct step {
	bool kind, category, level;
} steps[] = {{1, 1, 1}, {1, 1, 0}, {1, 0, 1}, {1, 0, 0}, {0, 1, 1}, {0, 1, 0}, {0, 0, 1}, {0, 0, 0}};

enum {
	STEPS = sizeof(steps) / sizeof(steps[0])
};

static bool by_category(const struct question *q)
{
	for (unsigned i = 0; i < q->categories.n; i++) {
		const struct category *c = city_category(q->city, q->categories.code[i], q->day);

		if (c && c->department.len > 0 &&
			give(q, c->department, i == 0 ? REASON_CATEGORY : REASON_PARENT_CATEGORY))
			return true;
	}
	return false;
}

static bool by_rules(const struct question *q)
{
	struct decision *answer = q->answer;
	struct str code = answer->rules.single[EFFECT_DEPARTMENT];

	if (!code.at || !give(q, code, REASON_RULE))
		return false;
	answer->rule = rules_rule_name(answer->program, answer->rules.by[EFFECT_DEPARTMENT]);
	return true;
}

static void choose_department(const struct question *q)
{
	if (!by_rules(q) && !by_category(q))
		give_to_hub(q, REASON_HUB_FALLBACK);
}

static bool is_under(const struct city *city, const struct department *d, const struct department *top)
{
	for (unsigned n = 0; d && d != top && n < CHAIN_MAX; n++)
		d = city_department_by_id(city, d->parent);
	return d == top;
}

/* A department and what became of it, each once. */
struct heirs {
	int64_t id[HEIRS_MAX];
	unsigned n;
};

static void add_heir(struct heirs *heirs, int64_t id)
{
	for (unsigned i = 0; i < heirs->n; i++)
		if (heirs->id[i] == id)
			return;
	if (id && heirs->n < HEIRS_MAX)
		heirs->id[heirs->n++] = id;
}

/* Whether it is the department that the ticket is against, one below it, or one of its successors. Of one
 * with more successors than can be kept in mind nobody is sure not to be one. */
static bool is_denounced(const struct question *q, const struct department *d)
{
	const struct department *top = city_department(q->city, q->facts->against);
	struct heirs heirs = {.n = 0};

	add_heir(&heirs, top ? top->id : 0);
	for (unsigned n = 0; n < heirs.n; n++) {
		top = city_department_by_id(q->city, heirs.id[n]);
		if (top && is_under(q->city, d, top))
			return true;
		add_heir(&heirs, top ? top->successor : 0);
		for (unsigned i = 0; i < q->city->nlineage; i++)
			if (q->city->lineage[i].before == heirs.id[n])
				add_heir(&heirs, q->city->lineage[i].after);
	}
	return heirs.n == HEIRS_MAX;
}

/* Nobody judges in their own case: what would go to who is denounced goes to the one above. */
static int avoid_denounced(const struct question *q)
{
	struct decision *answer = q->answer;
	const struct department *above = city_department(q->city, q->facts->against);

	if (!is_denounced(q, answer->department))
		return 0;
	for (unsigned n = 0; above && n < CHAIN_MAX; n++) {
		if (holds(above->valid_from, above->valid_to, q->day) && !is_denounced(q, above))
			break;
		above = city_department_by_id(q->city, above->parent);
	}
	answer->rule = STR_NONE;
	answer->reason = REASON_ABOVE_DENOUNCED;
	answer->via_successor_of = STR_NONE;
	answer->department =
		above ? above
		      : city_valid_department(q->city, city_department(q->city, q->city->hub), q->day);
	return answer->department && !is_denounced(q, answer->department) ? 0 : -EHOSTUNREACH;
}

/* By kind and category; the level is what rules ask for. */
static void choose_level_and_sight(const struct question *q)
{
	const struct kind *kind = city_kind(q->city, q->facts->kind);
	struct decision *answer = q->answer;

	answer->level = kind ? kind->level : STR_NONE;
	answer->visibility = kind ? kind->visibility : STR_NONE;
	for (unsigned i = 0; i < q->categories.n; i++) {
		const struct category *c = city_category(q->city, q->categories.code[i], q->day);

		if (c && answer->level.len == 0)
			answer->level = c->level;
		if (c && answer->visibility.len == 0)
			answer->visibility = c->visibility;
	}
	if (answer->level.len == 0)
		answer->level = STR("normal");
	if (answer->visibility.len == 0)
		answer->visibility = STR("private");
}

static bool is_there(void *of, struct str department)
{
	return meant(of, department, &(struct str){NULL}) != NULL;
}

/* What the rules say, over what kind and category said. */
static void ask_rules(struct question *q, struct arena *arena)
{
	struct decision *answer = q->answer;
	const struct filing_facts *f = q->facts;
	const struct rule_facts facts = {.kind = f->kind,
		.category = f->category,
		.area = f->area,
		.language = f->language,
		.channel = f->channel,
		.level = answer->level,
		.folded = f->folded,
		.at = f->at,
		.danger = f->danger,
		.loads = f->loads ? f->loads->at : NULL,
		.nloads = f->loads ? f->loads->n : 0,
		.accept = is_there,
		.of = q};
	const struct kind *kind = city_kind(q->city, f->kind);
	const struct str *said = answer->rules.single;

	if (q->city->rules) {
		answer->program = q->city->rules;
		answer->set = q->city->rules_number;
		rules_run(answer->program, arena, &facts, &answer->rules);
	}
	if (said[EFFECT_LEVEL].at)
		answer->level = said[EFFECT_LEVEL];
	if (said[EFFECT_VISIBILITY].at && !(kind && kind->visibility.len > 0))
		answer->visibility = said[EFFECT_VISIBILITY];
	answer->profile = said[EFFECT_PROFILE];
	answer->sight = kind && kind->sight.len > 0 ? kind->sight : answer->visibility;
}

static bool is_among(const struct department *const *list, unsigned n, const struct department *d)
{
	for (unsigned i = 0; i < n; i++)
		if (list[i] == d)
			return true;
	return false;
}

static void choose_co_handlers(const struct question *q)
{
	struct decision *answer = q->answer;
	const struct rule_list *named = &answer->rules.list[EFFECT_WITH - EFFECT_SINGLES];

	if (str_eq(q->facts->kind, STR("denunciation")))
		return;
	for (unsigned i = 0; i < named->n; i++) {
		const struct department *d = meant(q, named->at[i], &(struct str){NULL});

		if (d && d != answer->department && !is_among(answer->with, answer->nwith, d) &&
			!(q->facts->against.len > 0 && is_denounced(q, d)))
			answer->with[answer->nwith++] = d;
	}
}

static int compare_policy(const void *row, const struct str *key)
{
	const struct policy *p = row;
	int order = str_compare(p->kind, key[0]);

	if (order == 0)
		order = str_compare(p->category, key[1]);
	if (order == 0)
		order = str_compare(p->level, key[2]);
	return order ? order : str_compare(p->department, key[3]);
}

static const struct policy *policy_for(const struct city *city, const struct str key[5], int32_t day)
{
	const struct policy *policies = city->policies;
	unsigned n = city->npolicies;

	for (unsigned i = seek(policies, n, sizeof(*policies), compare_policy, key);
		i < n && compare_policy(&policies[i], key) == 0; i++)
		if (holds(policies[i].valid_from, policies[i].valid_to, day) &&
			(!key[4].at || str_eq(policies[i].profile, key[4])))
			return &policies[i];
	return NULL;
}

/* Of the policies with this kind, category and level that of the nearest department, else the general one. */
static const struct policy *policy_of_nearest(
	const struct city *city, struct str key[5], const struct chain *departments, int32_t day)
{
	const struct policy *found = NULL;

	for (unsigned i = 0; i <= departments->n && !found; i++) {
		key[3] = i < departments->n ? departments->code[i] : STR_NONE;
		found = policy_for(city, key, day);
	}
	return found;
}

/* Of this profile, or of any if it is absent. */
static const struct policy *policy_of_profile(const struct city *city, const struct filing_facts *facts,
	struct str level, const struct department *department, struct str profile)
{
	int32_t day = calendar_local_day(city->calendar, facts->at);
	struct chain categories = category_chain(city, facts->category, day);
	struct chain departments = department_chain(city, department);

	for (unsigned s = 0; s < STEPS; s++) {
		for (unsigned i = 0; i < (steps[s].category ? categories.n : 1); i++) {
			struct str key[] = {
				steps[s].kind ? facts->kind : STR_NONE,
				steps[s].category ? categories.code[i] : STR_NONE,
				steps[s].level ? level : STR_NONE,
				STR_NONE,
				profile,
			};
			const struct policy *found = policy_of_nearest(city, key, &departments, day);

			if (found)
				return found;
		}
	}
	return NULL;
}

const struct policy *decide_policy(const struct city *city, const struct filing_facts *facts,
	struct str level, const struct department *department)
{
	const struct policy *found = NULL;

	if (facts->profile.len > 0)
		found = policy_of_profile(city, facts, level, department, facts->profile);
	return found ? found : policy_of_profile(city, facts, level, department, STR_NONE);
}

static int choose_clocks(const struct city *city, const struct filing_facts *facts, struct decision *ret)
{
	struct filing_facts about = *facts;

	if (ret->profile.at)
		about.profile = ret->profile;
	ret->policy = decide_policy(city, &about, ret->level, ret->department);
	if (!ret->policy)
		return 0;
	return clock_offers_filing(city, ret->policy, ret->department, facts->at, &ret->clocks);
}

int decide_filing(
	struct arena *arena, const struct city *city, const struct filing_facts *facts, struct decision *ret)
{
	struct question q = {.city = city, .facts = facts, .answer = ret};

	*ret = (struct decision){0};
	q.day = calendar_local_day(city->calendar, facts->at);
	q.categories = category_chain(city, facts->category, q.day);
	q.areas = area_chain(city, facts->area, q.day);
	choose_level_and_sight(&q);
	ask_rules(&q, arena);
	choose_department(&q);
	if (facts->against.len > 0 && avoid_denounced(&q) < 0)
		return -EHOSTUNREACH;
	choose_co_handlers(&q);
	return choose_clocks(city, facts, ret);
}

static void put_member(struct buf *out, const char *name, struct str value)
{
	if (value.len > 0)
		buf_member(out, name, value);
}

/* What the rules had to do with it. */
static void put_rules(struct buf *out, const struct decision *d)
{
	const struct rule_outcome *r = &d->rules;
	struct rule_list with = {.n = d->nwith};

	for (unsigned i = 0; i < d->nwith; i++)
		with.at[i] = d->with[i]->code;
	buf_put(out, STR(",\"rules\":{"));
	rules_told_taken(out, d->program, d->set, r);
	put_member(out, "level", r->single[EFFECT_LEVEL]);
	put_member(out, "profile", r->single[EFFECT_PROFILE]);
	put_member(out, "visibility", r->single[EFFECT_VISIBILITY]);
	rules_told_list(out, "with", &with);
	rules_told_list(out, "tags", &r->list[EFFECT_TAG - EFFECT_SINGLES]);
	rules_told_list(out, "flags", &r->list[EFFECT_FLAG - EFFECT_SINGLES]);
	buf_byte(out, '}');
}

static void put_path(struct buf *out, const struct decision *d, const struct filing_facts *facts)
{
	static const char *const reasons[] = {
		[REASON_RULE] = "rule",
		[REASON_CATEGORY] = "category",
		[REASON_PARENT_CATEGORY] = "parent_category",
		[REASON_HUB_NO_AREA] = "hub_no_area",
		[REASON_HUB_FALLBACK] = "hub_fallback",
		[REASON_ABOVE_DENOUNCED] = "above_denounced",
	};

	buf_printf(out, "{\"reason\":\"%s\"", reasons[d->reason]);
	if (d->reason == REASON_RULE) {
		put_member(out, "rule", d->rule);
		put_member(out, "kind", facts->kind);
	}
	put_member(out, "category", facts->category);
	put_member(out, "area", facts->area);
	put_member(out, "department", d->department->code);
	put_member(out, "via", d->via_successor_of);
	put_member(out, "against", facts->against);
}

struct str decide_explain(struct arena *arena, const struct decision *d, const struct filing_facts *facts)
{
	struct buf out = {.arena = arena};

	put_path(&out, d, facts);
	if (d->program)
		put_rules(&out, d);
	buf_byte(&out, '}');
	return buf_str(&out);
}

struct str decide_tell(struct arena *arena, const struct decision *d, const struct filing_facts *facts)
{
	struct buf out = {.arena = arena};

	put_path(&out, d, facts);
	buf_byte(&out, '}');
	return buf_str(&out);
}
