/* Shares of categories -> the likeliest categories and departments. */
#include "app/suggestion/rank.h"

#include <stdlib.h>

#include "civil/decide.h"

enum {
	FINE = 1000, /* shares of departments are added up in thousandths of thousandths */
	LEAST = 10,  /* thousandths: less is not worth showing */
	KNOWN = 2,   /* n-grams: one alone says nothing */
	CANDIDATES = 64
};

struct candidate {
	const struct department *department;
	int64_t share, most; /* of all categories; of the one that gives most */
	unsigned class;
};
struct ranking_of {
	const struct suggestions *s;
	const struct city *city;
	struct arena *arena;
	const struct ask *ask;
	int32_t day;
	struct candidate candidates[CANDIDATES];
	size_t n;
};

static void add(struct ranking_of *r, const struct department *d, int64_t share, unsigned class)
{
	size_t i = 0;

	while (i < r->n && r->candidates[i].department != d)
		i++;
	if (i == CANDIDATES || !d)
		return;
	if (i == r->n)
		r->candidates[r->n++] = (struct candidate){.department = d};
	r->candidates[i].share += share;
	if (share > r->candidates[i].most) {
		r->candidates[i].most = share;
		r->candidates[i].class = class;
	}
}

/* The committee that governs the place, or the nearest area above it. */
static const struct department *committee(const struct ranking_of *r)
{
	const struct city *city = r->city;

	for (const struct area *a = city_area(city, r->ask->area, r->day); a;
		a = a->parent.at ? city_area(city, a->parent, r->day) : NULL)
		for (unsigned i = 0; i < city->ncommittees; i++)
			if (str_eq(city->committees[i]->area, a->code))
				return city_valid_department(city, city->committees[i], r->day);
	return NULL;
}

static const struct department *named(const struct ranking_of *r, struct str code)
{
	return str_eq(code, STR("AREA"))
		       ? committee(r)
		       : city_valid_department(r->city, city_department(r->city, code), r->day);
}

static bool is_like(const struct ranking_of *r, const struct holder *h, struct str category)
{
	return str_eq(h->category, category) && str_eq(h->kind, r->ask->kind);
}

/* Divides the share of a category among departments: by who has accepted, and as if `prior` tickets had gone
 * where the rules say. */
static void divide(struct ranking_of *r, const struct classify_score *score)
{
	const struct suggestions *s = r->s;
	struct str category = s->categories[score->class];
	const struct filing_facts facts = {.kind = r->ask->kind,
		.category = category,
		.area = r->ask->area,
		.folded = r->ask->folded,
		.at = r->ask->now_ms / 1000};
	struct decision decision;
	int64_t all = s->prior;

	for (size_t i = 0; i < s->nholders; i++)
		all += is_like(r, &s->holders[i], category) ? s->holders[i].n : 0;
	if (all <= 0)
		return;
	decide_filing(r->arena, r->city, &facts, &decision);
	add(r, decision.department, score->share * FINE * s->prior / all, score->class);
	for (size_t i = 0; i < s->nholders; i++)
		if (is_like(r, &s->holders[i], category))
			add(r, named(r, s->holders[i].department),
				score->share * FINE * s->holders[i].n / all, score->class);
}

static int by_share(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->share != y->share)
		return x->share < y->share ? 1 : -1;
	return str_compare(x->department->code, y->department->code);
}

static void rank_departments(struct ranking_of *r, struct ranking *ret)
{
	for (unsigned i = 0; i < ret->text.n && i < SUGGESTION_BASES; i++)
		divide(r, &ret->text.at[i]);
	qsort(r->candidates, r->n, sizeof(*r->candidates), by_share);
	for (size_t i = 0; i < r->n && ret->ndepartments < SUGGESTIONS; i++) {
		const struct candidate *c = &r->candidates[i];
		if (c->share >= LEAST * FINE)
			ret->departments[ret->ndepartments++] = (struct suggested){
				c->department->code, c->department->name, c->share / FINE, c->class};
	}
}

static void rank_categories(const struct ranking_of *r, struct ranking *ret)
{
	for (unsigned i = 0; i < ret->text.n && ret->ncategories < SUGGESTIONS; i++) {
		const struct classify_score *score = &ret->text.at[i];
		struct str code = r->s->categories[score->class];
		if (score->share >= LEAST && city_category(r->city, code, r->day))
			ret->categories[ret->ncategories++] =
				(struct suggested){code, NULL, score->share, score->class};
	}
}

void rank(const struct suggestions *s, const struct city *city, struct arena *arena, const struct ask *ask,
	struct ranking *ret)
{
	struct ranking_of *r = arena_alloc(arena, sizeof(*r));

	*ret = (struct ranking){.ncategories = 0};
	classify_text(s->classify, arena, ask->folded, &ret->text);
	if (ret->text.known < KNOWN || ret->text.n == 0 || ret->text.at[0].share < s->sure)
		return;
	r->s = s;
	r->city = city;
	r->arena = arena;
	r->ask = ask;
	r->day = calendar_local_day(city->calendar, ask->now_ms / 1000);
	rank_categories(r, ret);
	rank_departments(r, ret);
}
