#ifndef TIEPDAN_CIVIL_RULES_PROGRAM_H
#define TIEPDAN_CIVIL_RULES_PROGRAM_H

#include "civil/city.h"
#include "civil/rules.h"

/* Rules made ready to be asked: for each value of each field the set of alternatives that accept it, as
 * bits, so that what a ticket may match is an AND of a few rows of bits, whatever the number of rules; the
 * words of all rules are looked for at once. */
struct rules_program;

/* What is wrong with a set in this city on this day, beside its syntax: unknown names, names that have
 * ended (a warning), conditions that are never true, rules that an earlier one always goes before, rules
 * between `any order` and `end` that may meet and say different things. Only what is proved is told, taking
 * it that the departments that rules name are accepted (but AREA may find none). May take a second for ten
 * thousand rules: not for the event loop. */
struct rules_faults rules_check(
	struct arena *arena, const struct rules *rules, const struct city *city, int32_t day);

/* Never fails for what rules_read() returned: what the city does not know is not matched, and a rule with
 * an unknown name in its effects is switched off. A rule is off too when a category, area, department or
 * profile that it names, in its lets as well, is not there on the day: `valid` alone may ask for what has
 * ended. Keeps the rules and the city. */
const struct rules_program *rules_compile(
	struct arena *arena, const struct rules *rules, const struct city *city);

/* How many open tickets a department has. */
struct rule_load {
	int64_t department;
	int64_t open;
};

/* Whether a rule may say this department, when no earlier one has said any: false makes the rule count as
 * switched off, with the department as what has ended (committees that are not there, whoever is
 * denounced). */
typedef bool rules_accept(void *of, struct str department);

struct rule_facts {
	struct str kind, category, area, language, channel, level;
	struct str folded; /* title, text and place, folded */
	int64_t at;	   /* seconds */
	bool danger;
	const struct rule_load *loads; /* sorted by department; without one its load is 0 */
	unsigned nloads;
	rules_accept *accept; /* NULL: every department */
	void *of;	      /* handed to it */
};

enum {
	RULES_TAKEN_MAX = 32 /* rules that a ticket matches: the last one stops      */
};

/* A rule that a ticket has matched, and that says something new, stops or is off. Of those that are off
 * only the first half of RULES_TAKEN_MAX are kept. */
struct rule_taken {
	unsigned rule;	  /* its place in the set, for rules_rule_name() */
	unsigned said;	  /* bits (1 << enum rule_effect): what it has decided or added */
	bool off;	  /* it names something that is not there on the day, and was passed over */
	struct str ended; /* the code, when off */
	struct str word;  /* of the phrases it asks for that which ends first in the text; absent: none */
};

struct rule_list {
	struct str at[RULES_LISTED_MAX];
	unsigned n;
};

struct rule_outcome {
	struct str single
		[EFFECT_SINGLES];    /* by enum rule_effect; a department as it is written: a code, or AREA */
	unsigned by[EFFECT_SINGLES]; /* the rule that says so */
	struct rule_list list[EFFECTS - EFFECT_SINGLES];
	struct rule_taken taken[RULES_TAKEN_MAX]; /* in the order of the rules */
	unsigned ntaken;
};

/* What the rules say of a ticket. The arena is for what lives during the call alone (words that were
 * found); the texts in `ret` are those of the program. */
void rules_run(const struct rules_program *program, struct arena *arena, const struct rule_facts *facts,
	struct rule_outcome *ret);

struct str rules_rule_name(const struct rules_program *program, unsigned rule);
struct str rules_rule_title(const struct rules_program *program, unsigned rule); /* absent: none */
unsigned rules_rule_line(const struct rules_program *program, unsigned rule);

/* Rules that are switched off on a day, for who has to mend them. */
struct rule_off {
	unsigned rule;
	struct str ended; /* the code that has ended or is not known */
};
const struct rule_off *rules_off(
	struct arena *arena, const struct rules_program *program, int32_t day, unsigned *ret_n);

#endif
