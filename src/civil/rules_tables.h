#ifndef TIEPDAN_CIVIL_RULES_TABLES_H
#define TIEPDAN_CIVIL_RULES_TABLES_H

#include "civil/rules_program.h"
#include "civil/rules_tree.h"

/* What a program is made of. Private to the files that compile, run and check rules. */

/* --- The values that a field can have in a city, numbered from 0; the number behind the last one stands
 * for all others, and for none. Danger has one value. --- */
unsigned rules_values(const struct city *city, enum rule_field field);
unsigned rules_value(const struct city *city, enum rule_field field, struct str code);
/* That of which it is a part; rules_values(): of none. */
unsigned rules_value_above(const struct city *city, enum rule_field field, unsigned value);
bool rules_is_visibility(struct str code);

/* --- Days on which a name, or all names of a rule, are there: sorted, apart --- */
struct rule_days {
	int32_t from, until;
};
struct rule_spans {
	const struct rule_days *at;
	unsigned n;
	bool known; /* the city has such a name at all */
};
/* Of a department (itself or a successor; AREA always), category, area, profile, level or visibility; of an
 * officer or a skill in the city of a department, elsewhere always. */
struct rule_spans rules_spans(
	struct arena *arena, const struct city *city, const char *what, struct str code);
/* Of the names that the test depends on: what the city does not know does not count, nor do departments that
 * `valid` asks for. That of a let is `lets` of it. */
struct rule_spans rules_leaf_spans(struct arena *arena, const struct city *city, const struct rule_leaf *leaf,
	const struct rule_spans *lets);
bool rules_spans_hold(const struct rule_spans *spans, int32_t day);
struct rule_spans rules_spans_both(struct arena *arena, struct rule_spans a, struct rule_spans b);
/* What an effect names: "department", "profile", "level", "visibility", "officer", "skill"; NULL: nothing
 * that could end. */
const char *rules_effect_names(enum rule_effect effect);

struct program_alternative {
	uint32_t rule;
	uint32_t ntests;
	uint32_t nphrases;     /* in `phrases` */
	const uint32_t *tests; /* those that no row of bits answers: texts, times, loads, validity */
	/* Its first test for phrases, when it needs one, side by side with those of others: most alternatives
	 * fail here. */
	const uint32_t *phrases;
};

struct rules_program {
	const struct rules *rules;
	const struct city *city;
	struct program_alternative *at; /* in the order of the rules */
	unsigned n, nwords;		/* of 64 bits: a row */
	uint64_t *rows[FIELDS];		/* for each value of the field: the alternatives that accept it */
	uint64_t *unasked;		/* alternatives that wait for no phrase, see below */
	uint64_t **accepted;		/* by leaf: values of its field, as bits; NULL: no such test */
	const struct department **departments; /* by leaf: of load and valid */
	const struct words *words;	       /* the different phrases; their tags are their numbers */
	unsigned nphrases;
	const uint32_t **phrases; /* by leaf: the numbers of its phrases */
	/* Alternatives that category and area leave to many tickets are looked at only when a phrase was
	 * found of the first test for phrases that they have to pass. They wait for each of these. */
	const unsigned *begins;	 /* by phrase: where its part of `waiting` begins; one more at the end */
	const uint32_t *waiting; /* alternatives */
	const struct rule_spans *let_spans, *spans; /* by let, by rule */
};

static inline bool rules_bit(const uint64_t *bits, unsigned i)
{
	return bits[i / 64] >> i % 64 & 1;
}

static inline void rules_set_bit(uint64_t *bits, unsigned i)
{
	bits[i / 64] |= (uint64_t)1 << i % 64;
}

static inline uint64_t *rules_row(const struct rules_program *program, enum rule_field field, unsigned value)
{
	return program->rows[field] + (size_t)value * program->nwords;
}

/* Of a rule that is off on the day: the code that has ended or is unknown. */
struct str rules_ended(const struct rules_program *program, struct arena *arena, unsigned rule, int32_t day);

#endif
