/* Reading conditions of rules: tests joined by and, or, not and brackets. */
#include "civil/rules_reader.h"

#include "civil/text.h"

#include <string.h>

static struct rule_node *new_node(struct rules_reader *r, enum rule_node_kind kind)
{
	struct rule_node *node = arena_alloc(r->arena, sizeof(*node));

	node->kind = kind;
	return node;
}

/* A node for the test; the test itself goes to the others. */
static struct rule_node *new_leaf(struct rules_reader *r, const struct rule_leaf *leaf)
{
	struct rules *rules = r->rules;
	struct rule_node *node = new_node(r, NODE_LEAF);

	node->leaf = rules->nleaves;
	rules->leaves = rules_grow(r->arena, rules->leaves, rules->nleaves, sizeof(*rules->leaves));
	rules->leaves[rules->nleaves++] = *leaf;
	return node;
}

/* HH:MM, from 00:00 to 24:00. */
static bool read_minute(struct str s, unsigned *ret)
{
	if (s.len != 5 || s.at[2] != ':')
		return false;
	for (unsigned i = 0; i < 5; i++)
		if (i != 2 && (s.at[i] < '0' || s.at[i] > '9'))
			return false;
	unsigned hour = (unsigned)(10 * (s.at[0] - '0') + s.at[1] - '0');
	unsigned minute = (unsigned)(10 * (s.at[3] - '0') + s.at[4] - '0');
	*ret = 60 * hour + minute;
	return minute < 60 && *ret <= RULES_MINUTES;
}

static bool read_time(struct rules_reader *r, struct rule_leaf *leaf)
{
	struct str s = r->token.text;

	leaf->kind = LEAF_TIME;
	if (!reader_expect(r, "="))
		return false;
	s = r->token.text;
	if (r->token.kind != TOKEN_WORD || s.len != 11 || s.at[5] != '-' ||
		!read_minute((struct str){s.at, 5}, &leaf->from) ||
		!read_minute((struct str){s.at + 6, 5}, &leaf->until) || leaf->from == RULES_MINUTES ||
		leaf->until == 0 || leaf->from == leaf->until)
		return reader_refuse(r,
			"một khoảng thời gian như 22:00-06:00, đầu khác cuối, hết ngày là 24:00",
			"a time like 22:00-06:00, its ends apart, 24:00 for the end of the day");
	reader_next(r);
	return true;
}

static bool read_phrase(struct rules_reader *r, struct rule_word *ret)
{
	struct str folded;

	if (r->token.kind != TOKEN_STRING)
		return reader_refuse(r, "một cụm từ trong dấu ngoặc kép", "a phrase in quotation marks");
	folded = text_fold(r->arena, r->token.text);
	if (folded.len == 0)
		return reader_refuse(r, "một cụm từ có chữ hoặc số", "a phrase with letters or digits");
	*ret = (struct rule_word){folded, r->token.place};
	reader_next(r);
	return true;
}

static bool read_text(struct rules_reader *r, struct rule_leaf *leaf)
{
	struct rule_word *phrases = NULL;

	leaf->kind = LEAF_TEXT;
	if (!reader_expect(r, "has"))
		return false;
	do {
		phrases = rules_grow(r->arena, phrases, leaf->nwords, sizeof(*phrases));
		if (!read_phrase(r, &phrases[leaf->nwords]))
			return false;
		leaf->nwords++;
	} while (reader_take(r, ","));
	leaf->words = phrases;
	return true;
}

static bool read_one_name(struct rules_reader *r, struct rule_leaf *leaf)
{
	struct rule_word *word = arena_alloc(r->arena, sizeof(*word));

	leaf->words = word;
	leaf->nwords = 1;
	return reader_name(r, word);
}

static bool read_load(struct rules_reader *r, struct rule_leaf *leaf)
{
	leaf->kind = LEAF_LOAD;
	if (!read_one_name(r, leaf))
		return false;
	leaf->less = rules_token_is(&r->token, "<");
	if (!leaf->less && !rules_token_is(&r->token, ">="))
		return reader_refuse(r, ">= hoặc <", ">= or <");
	reader_next(r);
	if (r->token.kind != TOKEN_WORD || str_to_i64(r->token.text, &leaf->load) < 0 || leaf->load < 0)
		return reader_refuse(r, "một số phiếu", "a number of tickets");
	reader_next(r);
	return true;
}

static bool read_field(struct rules_reader *r, struct rule_leaf *leaf, enum rule_field field)
{
	leaf->kind = LEAF_FIELD;
	leaf->field = field;
	if (field == FIELD_DANGER)
		return true;
	return reader_expect(r, "=") && reader_names(r, &leaf->words, &leaf->nwords);
}

/* The name of a let; which one it is is found in the end. */
static bool read_let(struct rules_reader *r, struct rule_leaf *leaf)
{
	leaf->kind = LEAF_LET;
	return read_one_name(r, leaf);
}

static const struct test {
	const char *word;
	bool (*read)(struct rules_reader *r, struct rule_leaf *leaf);
} tests[] = {
	{"time", read_time}, {"text", read_text}, {"load", read_load}, {"valid", NULL}, {"always", NULL}};

enum {
	TESTS = sizeof(tests) / sizeof(tests[0])
};

static int field_of(struct str word)
{
	for (int i = 0; i < FIELDS; i++)
		if (str_eq(word, str_of(rules_field_word((enum rule_field)i))))
			return i;
	return -1;
}

bool reader_begins_test(struct str word)
{
	for (unsigned i = 0; i < TESTS; i++)
		if (str_eq(word, str_of(tests[i].word)))
			return true;
	return field_of(word) >= 0;
}

static bool read_test(struct rules_reader *r, struct rule_leaf *leaf)
{
	int field = field_of(r->token.text);

	leaf->place = r->token.place;
	if (r->token.kind != TOKEN_WORD)
		return reader_refuse(r, "một điều kiện", "a condition");
	if (!reader_begins_test(r->token.text))
		return read_let(r, leaf);
	for (unsigned i = 0; i < TESTS; i++)
		if (tests[i].read && reader_take(r, tests[i].word))
			return tests[i].read(r, leaf);
	if (reader_take(r, "valid")) {
		leaf->kind = LEAF_VALID;
		return read_one_name(r, leaf);
	}
	reader_next(r);
	if (field >= 0)
		return read_field(r, leaf, (enum rule_field)field);
	leaf->kind = LEAF_ALWAYS;
	return true;
}

static struct rule_node *read_any(struct rules_reader *r);

static struct rule_node *read_brackets(struct rules_reader *r)
{
	struct rule_node *node;

	if (r->depth == RULES_DEPTH_MAX) {
		reader_refuse(r, "ít dấu ngoặc hơn: nhiều nhất là 32 lớp",
			"fewer brackets: 32 in one another are the most");
		return NULL;
	}
	r->depth++;
	node = read_any(r);
	r->depth--;
	return node && reader_expect(r, ")") ? node : NULL;
}

static struct rule_node *read_factor(struct rules_reader *r)
{
	struct rule_leaf leaf = {.kind = LEAF_ALWAYS};
	struct rule_node *node;
	bool negated = false;

	while (reader_take(r, "not"))
		negated = !negated;
	if (reader_take(r, "("))
		node = read_brackets(r);
	else
		node = read_test(r, &leaf) ? new_leaf(r, &leaf) : NULL;
	if (node && negated)
		node->negated = !node->negated;
	return node;
}

/* Several of the next lower level with and or or between them, as one node. */
static struct rule_node *read_joined(struct rules_reader *r, enum rule_node_kind kind,
	struct rule_node *(*read_lower)(struct rules_reader *))
{
	const char *word = kind == NODE_OR ? "or" : "and";
	struct rule_node *last = read_lower(r), *joined;

	if (!last || !rules_token_is(&r->token, word))
		return last;
	joined = new_node(r, kind);
	joined->first = last;
	while (reader_take(r, word)) {
		last->next = read_lower(r);
		last = last->next;
		if (!last)
			return NULL;
	}
	return joined;
}

static struct rule_node *read_all(struct rules_reader *r)
{
	return read_joined(r, NODE_AND, read_factor);
}

static struct rule_node *read_any(struct rules_reader *r)
{
	return read_joined(r, NODE_OR, read_all);
}

const struct rule_node *reader_condition(struct rules_reader *r)
{
	r->depth = 0;
	return read_any(r);
}
