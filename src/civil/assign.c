/* What the rules of a department wish for a ticket. */
#include "civil/assign.h"

#include "civil/rules_told.h"

const struct city *assign_city(
	struct arena *arena, const struct city *city, struct str people, bool may_be_gone)
{
	struct city *copy = arena_alloc(arena, sizeof(*copy));
	struct people *named = arena_alloc(arena, sizeof(*named));
	struct str *at = arena_alloc(arena, (people.len + 1) * sizeof(*at));

	*copy = *city;
	*named = (struct people){.at = at, .may_be_gone = may_be_gone};
	copy->people = named;
	while (str_next(&people, '\n', &at[named->n]))
		named->n++;
	return copy;
}

static const struct rule_list *list_of(const struct rule_outcome *outcome, enum rule_effect effect)
{
	return &outcome->list[effect - EFFECT_SINGLES];
}

struct str assign_told(
	struct arena *arena, const struct rules_program *program, int64_t set, const struct rule_facts *facts)
{
	struct buf out = {.arena = arena};
	struct rule_outcome outcome;

	rules_run(program, arena, facts, &outcome);
	buf_byte(&out, '{');
	rules_told_taken(&out, program, set, &outcome);
	if (outcome.single[EFFECT_OFFICER].at)
		buf_member(&out, "officer", outcome.single[EFFECT_OFFICER]);
	rules_told_list(&out, "skills", list_of(&outcome, EFFECT_SKILL));
	rules_told_list(&out, "tags", list_of(&outcome, EFFECT_TAG));
	rules_told_list(&out, "flags", list_of(&outcome, EFFECT_FLAG));
	buf_byte(&out, '}');
	return buf_str(&out);
}
