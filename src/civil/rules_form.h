#ifndef TIEPDAN_CIVIL_RULES_FORM_H
#define TIEPDAN_CIVIL_RULES_FORM_H

#include "civil/rules_tables.h"

/* What alternatives have to do with one another: whether one can be true at all, covers another, or may be
 * true together with it. Only what can be proved counts as "never" and "covers". Private to the files that
 * check rules. */

enum {
	MINUTE_WORDS = RULES_MINUTES / 64 + 1,
	RULES_WORK_MAX = 1 << 27 /* small steps: a fraction of a second */
};

/* An alternative by what it accepts. */
struct rule_form {
	const struct program_alternative *alternative;
	const uint64_t *values[FIELDS]; /* of the field, as bits; NULL: all */
	const uint64_t *minutes;	/* of the day; NULL: all */
	bool never;
};

struct rule_forms {
	const struct rules_program *program;
	struct rule_form *at;  /* as the alternatives of the program */
	const unsigned *first; /* alternative of each rule; one more at the end */
	unsigned work;	       /* small steps so far: what RULES_WORK_MAX leaves out counts as in order */
};

struct rule_forms *rule_forms_new(struct arena *arena, const struct rules_program *program);
/* Where `inner` is true, the outer one is; what the rows of bits say of the fields is not looked at again. */
bool rule_form_covers(struct rule_forms *forms, const struct rule_form *outer, const struct rule_form *inner);
bool rule_forms_meet(struct rule_forms *forms, const struct rule_form *a, const struct rule_form *b);
bool rule_is_never(const struct rule_forms *forms, unsigned rule);

/* Finds rules that an earlier one always goes before, and such between `any order` and `end` that may meet
 * and say different things, from this day on. */
void rules_check_order(
	struct arena *arena, struct rule_forms *forms, int32_t day, struct rules_faulty *faulty);

#endif
