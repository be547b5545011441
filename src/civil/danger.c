/* Danger to life: whether a text sounds like it, and what is told then. */
#include "civil/danger.h"

struct sum {
	const struct city *city;
	int32_t day;
	int64_t weight;
};

static void add(void *to, const struct words_phrase *phrase)
{
	struct sum *sum = to;
	const struct danger_word *word = &sum->city->danger_words[phrase->tag];

	if (word->valid_from <= sum->day && sum->day < word->valid_to)
		sum->weight += word->weight;
}

/* Of the versions the one that came last by this day. */
static const struct danger_text *text_on(const struct city *city, int32_t day)
{
	const struct danger_text *found = NULL;

	for (unsigned i = 0; i < city->ndanger_texts; i++) {
		const struct danger_text *t = &city->danger_texts[i];

		if (t->valid_from <= day && (!found || t->valid_from > found->valid_from))
			found = t;
	}
	return found;
}

struct str danger_told(
	const struct city *city, struct arena *arena, struct str folded, bool chosen, int32_t day)
{
	const struct danger_text *text = text_on(city, day);
	struct sum sum = {.city = city, .day = day};

	if (!text)
		return STR_NONE;
	if (!chosen)
		patterns_match(city->danger_index, arena, folded, add, &sum);
	return chosen || sum.weight >= text->threshold ? text->told : STR_NONE;
}

bool danger_found(
	const struct city *city, struct arena *arena, struct str kind, struct str folded, int64_t at)
{
	int32_t day = calendar_local_day(city->calendar, at);

	return danger_told(city, arena, folded, str_eq(kind, STR("emergency")), day).at != NULL;
}
