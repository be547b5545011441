#ifndef TIEPDAN_CIVIL_RULES_H
#define TIEPDAN_CIVIL_RULES_H

#include "base/arena.h"

/* Rules that say what becomes of a ticket: an ordered list, written as text.
 *
 *     # Words that tell of a storm.
 *     let storm = text has "cây đổ", "bật gốc", "tốc mái"
 *
 *     rule complaints "Complaints are never handled as feedback"
 *         when kind = complaint
 *         then department HN-BTCD; stop
 *
 *     rule fallen-trees from 2026-07-01 until 2027-01-01
 *         when category = trees_lighting.trees and (storm or level = urgent) and not area = 00376
 *         then department HN-SXD; with HN-CVCX, AREA; level urgent; tag cay_do; flag storm
 *
 *     any order "Wards"
 *     rule noise-at-night   when category = public_order.noise and time = 22:00-06:00   then department AREA
 *     rule full             when load HN-SXD >= 2000 and valid HN-DT                      then flag overload
 *     end
 *
 * Words, lists and lines may be laid out at will; # begins a comment. A rule has a name of its own, maybe a
 * title, maybe a validity (until: the first day on which it no longer holds), a condition, and effects.
 *
 * Conditions: `always`; FIELD = VALUE, ... (kind, category and area with those below them, language,
 * channel, level, day = mon, ..., time = HH:MM-HH:MM, over midnight if it ends before it begins); `text has
 * "PHRASE", ...` (any of them, folded, whole syllables, see civil/words.h); `danger` (the word lists of
 * civil/danger.h); `load DEPARTMENT >= N` (or < N: its open tickets); `valid DEPARTMENT` (it, or a
 * successor, exists on that day); the name of a `let`; joined by and, or, not, brackets. `level` is what
 * kind and category say.
 *
 * Effects: department CODE|AREA, level, profile, visibility, officer LOGIN: the first rule that says one
 * counts; with CODE|AREA, ... (co-handlers), tag NAME, ..., flag, skill: those of all rules add up, each
 * once, in the order of the rules. `stop`: no later rule is looked at. Effects are joined by semicolons.
 *
 * A rule that names a department, category, area or profile that has ended on the day, without a successor,
 * or an officer who is not an active one of the department, is switched off as a whole: it is passed over,
 * and the next ones count. Between `any order` and `end` the order must not matter. */

enum {
	RULES_MAX = 10000,	  /* rules of a set                                                     */
	RULES_TEXT_MAX = 1 << 20, /* bytes of its text                                                  */
	RULES_LISTED_MAX = 16, /* of one effect: with, tag, flag, skill; of a rule, and of those that met */
	RULES_ALTERNATIVES_MAX = 64 /* of one rule: what is left of its condition as or-ed lists of tests */
};

/* What rules of a set may say: routing those of a whole city, assignment those of one department
 * (civil/assign.h). The level is not theirs: deadlines hang on it. */
enum rules_purpose {
	RULES_ROUTING,	 /* no officer                           */
	RULES_ASSIGNMENT /* officer, skill, tag, flag and stop only */
};

enum rule_effect {
	EFFECT_DEPARTMENT,
	EFFECT_LEVEL,
	EFFECT_PROFILE,
	EFFECT_VISIBILITY,
	EFFECT_OFFICER,
	EFFECT_SINGLES, /* from here on those that add up */
	EFFECT_WITH = EFFECT_SINGLES,
	EFFECT_TAG,
	EFFECT_FLAG,
	EFFECT_SKILL,
	EFFECTS
};

/* Where a text goes wrong: line and column count from 1, the column in characters. */
struct rules_fault {
	unsigned line, column;
	unsigned other_line; /* of the rule that it collides with; 0: none */
	const char *code;    /* syntax, too_long, unknown_name, doubled, cycle, never_true, unreachable,
				  no_order, too_many_alternatives, ended, not_here */
	struct str vi, en;   /* a sentence */
	bool warns;	     /* it may be saved all the same: ended */
};
struct rules_faults {
	const struct rules_fault *at; /* in the order of the text, at most 100 */
	unsigned n;
};

struct rules; /* a text that has been read */

/* Reads a text (UTF-8, clean or not). NULL with faults when it is none: of its form, and whatever needs no
 * city, so doubled names of rules and lets, lets that are not there or lead back to themselves, conditions
 * that are too complex. Goes on behind a fault; names are looked up when the form is right. Linear in its
 * length. */
const struct rules *rules_read(
	struct arena *arena, enum rules_purpose purpose, struct str text, struct rules_faults *ret_faults);

/* One name that a set uses, for whoever needs to know who names what (migrations/0061_rules.sql). */
struct rule_name {
	const char *what; /* kind, category, area, department, profile, officer, tag, flag, skill */
	struct str code;
	struct str rule; /* name of the rule, absent: in a let */
	bool effect;	 /* in an effect, not a condition */
	unsigned line;
};
/* Each (what, code, rule, effect) once, in the order of the text. */
const struct rule_name *rules_names(struct arena *arena, const struct rules *rules, unsigned *ret_n);
unsigned rules_count(const struct rules *rules);

#endif
