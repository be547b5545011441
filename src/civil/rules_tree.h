#ifndef TIEPDAN_CIVIL_RULES_TREE_H
#define TIEPDAN_CIVIL_RULES_TREE_H

#include "civil/rules.h"

/* A set of rules as it has been read (civil/rules.h). Private to the files that read, check and compile
 * rules. */

enum {
	RULES_LETS_MAX = 1000,
	RULES_TESTS_MAX = 64, /* of one alternative */
	RULES_FAULTS_MAX = 100,
	RULES_MINUTES = 24 * 60
};

struct rule_place {
	unsigned line, column;
};

/* A code, or a phrase (folded), where it stands. */
struct rule_word {
	struct str text;
	struct rule_place place;
};

enum rule_field {
	FIELD_KIND,
	FIELD_CATEGORY,
	FIELD_AREA,
	FIELD_LANGUAGE,
	FIELD_CHANNEL,
	FIELD_LEVEL,
	FIELD_DAY,
	FIELD_DANGER,
	FIELDS
};

enum rule_leaf_kind {
	LEAF_ALWAYS,
	LEAF_FIELD, /* any of the words; danger has none */
	LEAF_TEXT,  /* any of the words               */
	LEAF_TIME,
	LEAF_LOAD,  /* of the one word               */
	LEAF_VALID, /* the one word                  */
	LEAF_LET
};

/* One test. */
struct rule_leaf {
	enum rule_leaf_kind kind;
	enum rule_field field;
	struct rule_place place;
	const struct rule_word *words;
	unsigned nwords;
	unsigned from, until; /* minutes of the day; over midnight when until <= from */
	int64_t load;
	bool less; /* LEAF_LOAD: fewer than, else at least */
	unsigned let;
};

enum rule_node_kind {
	NODE_LEAF,
	NODE_AND,
	NODE_OR
};

struct rule_node {
	enum rule_node_kind kind;
	bool negated;
	unsigned leaf;
	struct rule_node *first, *next; /* child, sibling */
};

/* Tests that all hold: places of leaves times two, plus one when the test must not hold; sorted. */
struct rule_alternative {
	const uint32_t *tests;
	unsigned n;
};

/* One of them holds. `over`: there are more than RULES_ALTERNATIVES_MAX, or one has too many tests. */
struct rule_alternatives {
	const struct rule_alternative *at;
	unsigned n;
	bool over;
};

struct rule_let {
	struct rule_word name;
	const struct rule_node *condition;
	unsigned first_leaf, nleaves;
	struct rule_alternatives means[2]; /* of the let, and of its contrary */
};

struct rule_listed {
	enum rule_effect effect;
	struct rule_word word;
};

struct rule {
	struct rule_word name;
	struct str title;    /* absent: none */
	int32_t from, until; /* days */
	const struct rule_node *condition;
	struct rule_place place; /* of the condition */
	unsigned first_leaf, nleaves;
	struct rule_alternatives means;
	struct rule_word single[EFFECT_SINGLES]; /* absent: not said */
	const struct rule_listed *listed;
	unsigned nlisted;
	bool stop;
	unsigned block; /* which `any order`, from 1; 0: none */
};

struct rules {
	enum rules_purpose purpose;
	struct rule *at;
	unsigned n;
	struct rule_let *lets;
	unsigned nlets;
	const unsigned *let_order; /* each let behind those that it names */
	struct rule_leaf *leaves;
	unsigned nleaves;
};

/* An array that grows one by one: the same array, or a larger one with its content, with room for number
 * n. */
void *rules_grow(struct arena *arena, void *at, unsigned n, size_t size);
/* "kind", "category", ...: the word of the language; NULL behind the last one. */
const char *rules_field_word(enum rule_field field);
const char *rules_effect_word(enum rule_effect effect);

/* Faults as they are found. */
struct rules_faulty {
	struct arena *arena;
	struct rules_fault *at;
	unsigned n;
};

/* One more; those beyond RULES_FAULTS_MAX are left out. NULL then. */
struct rules_fault *rules_fault(
	struct rules_faulty *faulty, struct rule_place place, const char *code, struct str vi, struct str en);
/* In the order of the text. */
struct rules_faults rules_faults_sorted(struct rules_faulty *faulty);

/* Finds what each let means, in the order of who names whom: fills in let_order. Faults: doubled names,
 * names that are none, circles. False when there was one. */
bool rules_link_lets(struct arena *arena, struct rules *rules, struct rules_faulty *faulty);
/* Writes the conditions as alternatives; needs the order of the lets. Faults: too_many_alternatives,
 * too_long. */
void rules_find_alternatives(struct arena *arena, struct rules *rules, struct rules_faulty *faulty);

#endif
