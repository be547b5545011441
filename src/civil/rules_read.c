/* Reading a text of rules: its statements, and what is wrong with them. */
#include "civil/rules.h"

#include <stdlib.h>

#include "base/clock.h"
#include "civil/rules_reader.h"

void reader_next(struct rules_reader *r)
{
	r->token = rules_lex(&r->lexer);
}

bool reader_take(struct rules_reader *r, const char *word_or_mark)
{
	bool there = rules_token_is(&r->token, word_or_mark);

	if (there)
		reader_next(r);
	return there;
}

static void refuse_token(struct rules_reader *r)
{
	static const struct {
		const char *code, *vi, *en;
	} faults[] = {
		[TOKEN_STRAY] = {"syntax", "Ký tự này không có nghĩa ở đây.",
			"This character has no meaning here."},
		[TOKEN_NOT_CLOSED] = {"syntax", "Dấu ngoặc kép mở ở đây không được đóng trên cùng một dòng.",
			"The quotation mark that opens here is not closed on the same line."},
		[TOKEN_ESCAPE] = {"syntax", "Trong dấu ngoặc kép, sau \\ chỉ được viết \" hoặc \\.",
			"Inside quotation marks only \" or \\ may follow \\."},
		[TOKEN_TOO_LONG] = {"too_long",
			"Dài quá: một tên có nhiều nhất 64 ký tự, một câu nhiều nhất 200.",
			"Too long: a name has at most 64 characters, a text in quotation marks 200."},
	};
	unsigned i = r->token.fault;

	rules_fault(&r->faulty, r->token.place, faults[i].code, str_of(faults[i].vi), str_of(faults[i].en));
}

bool reader_refuse(struct rules_reader *r, const char *vi, const char *en)
{
	if (r->token.kind == TOKEN_FAULTY)
		refuse_token(r);
	else
		rules_fault(&r->faulty, r->token.place, "syntax", arena_printf(r->arena, "Ở đây cần %s.", vi),
			arena_printf(r->arena, "Expected here: %s.", en));
	return false;
}

bool reader_expect(struct rules_reader *r, const char *word_or_mark)
{
	return reader_take(r, word_or_mark) || reader_refuse(r, word_or_mark, word_or_mark);
}

static bool is_reserved(struct str word)
{
	static const char *const reserved[] = {
		"rule", "let", "any", "end", "when", "then", "and", "or", "not"};

	for (unsigned i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (str_eq(word, str_of(reserved[i])))
			return true;
	for (size_t i = 0; i < word.len; i++)
		if (word.at[i] == ':')
			return true;
	return false;
}

bool reader_name(struct rules_reader *r, struct rule_word *ret)
{
	if (r->token.kind != TOKEN_WORD || is_reserved(r->token.text))
		return reader_refuse(r, "một tên hoặc mã (chữ không dấu, số, _ . -)",
			"a name or code (letters without marks, digits, _ . -)");
	*ret = (struct rule_word){r->token.text, r->token.place};
	reader_next(r);
	return true;
}

bool reader_names(struct rules_reader *r, const struct rule_word **ret, unsigned *ret_n)
{
	struct rule_word *names = NULL;
	unsigned n = 0;

	do {
		names = rules_grow(r->arena, names, n, sizeof(*names));
		if (!reader_name(r, &names[n]))
			return false;
		n++;
	} while (reader_take(r, ","));
	*ret = names;
	*ret_n = n;
	return true;
}

static bool read_day(struct rules_reader *r, int32_t *ret)
{
	if (r->token.kind != TOKEN_WORD || clock_parse_date(r->token.text, ret) < 0)
		return reader_refuse(r, "một ngày như 2026-07-01", "a date like 2026-07-01");
	reader_next(r);
	return true;
}

static bool read_validity(struct rules_reader *r, struct rule *rule)
{
	struct rule_place place = r->token.place;

	rule->from = INT32_MIN;
	rule->until = INT32_MAX;
	if (reader_take(r, "from") && !read_day(r, &rule->from))
		return false;
	if (reader_take(r, "until") && !read_day(r, &rule->until))
		return false;
	if (rule->from >= rule->until)
		rules_fault(&r->faulty, place, "never_true",
			STR("Quy tắc hết hiệu lực trước khi có hiệu lực; ngày sau until là ngày đầu tiên "
			    "không còn áp dụng."),
			STR("The rule ends before it begins; until names the first day on which it no longer "
			    "holds."));
	return true;
}

/* Whether rules of this purpose may say so. */
static bool may_say(enum rules_purpose purpose, enum rule_effect effect)
{
	if (purpose == RULES_ROUTING)
		return effect != EFFECT_OFFICER;
	return effect == EFFECT_OFFICER || effect == EFFECT_SKILL || effect == EFFECT_TAG ||
	       effect == EFFECT_FLAG;
}

static void fault_not_here(struct rules_reader *r, struct rule_place place)
{
	if (r->rules->purpose == RULES_ROUTING)
		rules_fault(&r->faulty, place, "not_here",
			STR("Quy tắc chuyển phiếu không chọn cán bộ; việc đó thuộc quy tắc phân công của đơn "
			    "vị."),
			STR("Rules that route do not choose an officer; rules of assignment of a department "
			    "do."));
	else
		rules_fault(&r->faulty, place, "not_here",
			STR("Quy tắc phân công chỉ được dùng officer, skill, tag, flag và stop."),
			STR("Rules of assignment may only say officer, skill, tag, flag and stop."));
}

static bool read_single(struct rules_reader *r, struct rule *rule, enum rule_effect effect)
{
	struct rule_place place = r->token.place;
	struct rule_word *word = &rule->single[effect];

	if (word->text.at)
		rules_fault(&r->faulty, place, "doubled",
			arena_printf(r->arena, "Quy tắc nói %s hai lần.", rules_effect_word(effect)),
			arena_printf(r->arena, "The rule says %s twice.", rules_effect_word(effect)));
	return reader_name(r, word);
}

static unsigned listed_of(const struct rule *rule, enum rule_effect effect)
{
	unsigned n = 0;

	for (unsigned i = 0; i < rule->nlisted; i++)
		n += rule->listed[i].effect == effect;
	return n;
}

static void fault_many(struct rules_reader *r, enum rule_effect effect, struct rule_place place)
{
	const char *word = rules_effect_word(effect);

	rules_fault(&r->faulty, place, "too_long",
		arena_printf(
			r->arena, "Một quy tắc chỉ được nêu tối đa %d mục sau %s.", RULES_LISTED_MAX, word),
		arena_printf(r->arena, "A rule may name at most %d after %s.", RULES_LISTED_MAX, word));
}

static bool read_listed(struct rules_reader *r, struct rule *rule, enum rule_effect effect)
{
	struct rule_place place = r->token.place;
	struct rule_listed *listed;
	const struct rule_word *words = NULL;
	unsigned n = 0;

	if (!reader_names(r, &words, &n))
		return false;
	if (n + listed_of(rule, effect) > RULES_LISTED_MAX) {
		fault_many(r, effect, place);
		return true;
	}
	listed = (struct rule_listed *)rule->listed;
	for (unsigned i = 0; i < n; i++) {
		listed = rules_grow(r->arena, listed, rule->nlisted, sizeof(*listed));
		listed[rule->nlisted++] = (struct rule_listed){effect, words[i]};
	}
	rule->listed = listed;
	return true;
}

static bool read_effect(struct rules_reader *r, struct rule *rule)
{
	struct rule_place place = r->token.place;

	if (reader_take(r, "stop")) {
		rule->stop = true;
		return true;
	}
	for (int i = 0; i < EFFECTS; i++) {
		enum rule_effect effect = (enum rule_effect)i;

		if (!reader_take(r, rules_effect_word(effect)))
			continue;
		if (!may_say(r->rules->purpose, effect))
			fault_not_here(r, place);
		return effect < EFFECT_SINGLES ? read_single(r, rule, effect) : read_listed(r, rule, effect);
	}
	return reader_refuse(r,
		"một kết quả: department, level, profile, visibility, officer, with, tag, flag, skill hoặc "
		"stop",
		"an effect: department, level, profile, visibility, officer, with, tag, flag, skill or stop");
}

/* What ends a condition or a rule has to be there, so that no word is left over. */
static bool at_statement(const struct rules_token *token)
{
	return token->kind == TOKEN_END || rules_token_is(token, "rule") || rules_token_is(token, "let") ||
	       rules_token_is(token, "any") || rules_token_is(token, "end");
}

static bool expect_statement(struct rules_reader *r, const char *vi, const char *en)
{
	return at_statement(&r->token) || reader_refuse(r, vi, en);
}

static bool read_condition(struct rules_reader *r, struct rule *rule)
{
	if (!reader_expect(r, "when"))
		return false;
	rule->place = r->token.place;
	rule->condition = reader_condition(r);
	if (!rule->condition)
		return false;
	return reader_take(r, "then") || reader_refuse(r, "and, or hoặc then", "and, or or then");
}

static bool read_rule(struct rules_reader *r)
{
	struct rules *rules = r->rules;
	struct rule rule = {.title = STR_NONE, .block = r->block, .first_leaf = rules->nleaves};

	if (!reader_name(r, &rule.name))
		return false;
	if (r->token.kind == TOKEN_STRING) {
		rule.title = r->token.text;
		reader_next(r);
	}
	if (!read_validity(r, &rule) || !read_condition(r, &rule))
		return false;
	do {
		if (!read_effect(r, &rule))
			return false;
	} while (reader_take(r, ";"));
	rule.nleaves = rules->nleaves - rule.first_leaf;
	rules->at = rules_grow(r->arena, rules->at, rules->n, sizeof(*rules->at));
	rules->at[rules->n++] = rule;
	return expect_statement(r, "dấu ; hoặc câu tiếp theo (rule, let, any order, end)",
		"; or the next statement (rule, let, any order, end)");
}

static bool read_let(struct rules_reader *r)
{
	struct rules *rules = r->rules;
	struct rule_let let = {.first_leaf = rules->nleaves};

	if (r->token.kind == TOKEN_WORD && reader_begins_test(r->token.text))
		return reader_refuse(r, "một tên khác: từ này mở đầu một điều kiện",
			"another name: this word begins a condition");
	if (!reader_name(r, &let.name) || !reader_expect(r, "="))
		return false;
	let.condition = reader_condition(r);
	if (!let.condition)
		return false;
	let.nleaves = rules->nleaves - let.first_leaf;
	rules->lets = rules_grow(r->arena, rules->lets, rules->nlets, sizeof(*rules->lets));
	rules->lets[rules->nlets++] = let;
	return expect_statement(r, "and, or hoặc câu tiếp theo (rule, let, any order, end)",
		"and, or or the next statement (rule, let, any order, end)");
}

static bool read_any(struct rules_reader *r, struct rule_place place)
{
	if (r->block) {
		rules_fault(&r->faulty, place, "syntax", STR("Khối any order trước đó chưa có end."),
			STR("The any order before this one has no end yet."));
		return reader_take(r, "order");
	}
	r->block = ++r->blocks;
	r->block_at = place;
	if (!reader_expect(r, "order"))
		return false;
	if (r->token.kind == TOKEN_STRING)
		reader_next(r);
	return expect_statement(r, "rule hoặc end", "rule or end");
}

static bool read_end(struct rules_reader *r, struct rule_place place)
{
	if (!r->block)
		rules_fault(&r->faulty, place, "syntax", STR("Không có any order nào để kết thúc ở đây."),
			STR("There is no any order that could end here."));
	r->block = 0;
	return expect_statement(
		r, "câu tiếp theo (rule, let, any order)", "the next statement (rule, let, any order)");
}

static bool read_statement(struct rules_reader *r)
{
	struct rule_place place = r->token.place;

	if (reader_take(r, "rule"))
		return read_rule(r);
	if (reader_take(r, "let"))
		return read_let(r);
	if (reader_take(r, "any"))
		return read_any(r, place);
	if (reader_take(r, "end"))
		return read_end(r, place);
	return reader_refuse(
		r, "một câu: rule, let, any order hoặc end", "a statement: rule, let, any order or end");
}

static bool is_too_long(struct rules_reader *r)
{
	if (r->rules->n <= RULES_MAX && r->rules->nlets <= RULES_LETS_MAX)
		return false;
	rules_fault(&r->faulty, r->token.place, "too_long",
		STR("Quá nhiều: một bộ có nhiều nhất 10.000 quy tắc và 1.000 định nghĩa let."),
		STR("Too many: a set has at most 10,000 rules and 1,000 lets."));
	return true;
}

static void read_statements(struct rules_reader *r)
{
	reader_next(r);
	while (r->token.kind != TOKEN_END && r->faulty.n < RULES_FAULTS_MAX) {
		if (!read_statement(r))
			while (!at_statement(&r->token))
				reader_next(r);
		if (is_too_long(r))
			return;
	}
	if (r->block)
		rules_fault(&r->faulty, r->block_at, "syntax", STR("Khối any order này không có end."),
			STR("This any order has no end."));
}

static int by_name(const void *a, const void *b)
{
	const struct rule *const *x = a, *const *y = b;
	int order = str_compare((*x)->name.text, (*y)->name.text);

	return order ? order : (*x > *y) - (*x < *y);
}

static void find_doubles(struct rules_reader *r)
{
	const struct rules *rules = r->rules;
	const struct rule **sorted = arena_alloc(r->arena, (rules->n + 1) * sizeof(*sorted));

	for (unsigned i = 0; i < rules->n; i++)
		sorted[i] = &rules->at[i];
	qsort(sorted, rules->n, sizeof(*sorted), by_name);
	for (unsigned i = 1; i < rules->n; i++) {
		const struct rule_word *one = &sorted[i - 1]->name, *two = &sorted[i]->name;
		struct rules_fault *fault;

		if (!str_eq(one->text, two->text))
			continue;
		fault = rules_fault(&r->faulty, two->place, "doubled",
			arena_printf(r->arena, "Đã có quy tắc tên %.*s ở dòng %u.", STR_ARG(one->text),
				one->place.line),
			arena_printf(r->arena, "There is a rule %.*s already, on line %u.",
				STR_ARG(one->text), one->place.line));
		if (fault)
			fault->other_line = one->place.line;
	}
}

/* Where the bytes stop being UTF-8. */
static struct rule_place place_of_bad_byte(struct str text)
{
	struct rule_place place = {1, 1};
	size_t n;

	while (text.len > 0 && (n = str_utf8_sequence(text)) > 0) {
		place.column++;
		if (text.at[0] == '\n')
			place = (struct rule_place){place.line + 1, 1};
		text.at += n;
		text.len -= n;
	}
	return place;
}

static bool is_readable(struct rules_reader *r, struct str text)
{
	if (text.len > RULES_TEXT_MAX)
		rules_fault(&r->faulty, (struct rule_place){1, 1}, "too_long",
			STR("Văn bản dài quá: nhiều nhất 1 MiB."),
			STR("The text is too long: 1 MiB is the most."));
	else if (!str_is_utf8(text))
		rules_fault(&r->faulty, place_of_bad_byte(text), "syntax", STR("Văn bản không phải UTF-8."),
			STR("The text is not UTF-8."));
	return r->faulty.n == 0;
}

const struct rules *rules_read(
	struct arena *arena, enum rules_purpose purpose, struct str text, struct rules_faults *ret_faults)
{
	struct rules *rules = arena_alloc(arena, sizeof(*rules));
	struct rules_reader r = {.arena = arena, .rules = rules, .faulty.arena = arena};
	struct str mark = STR("\xef\xbb\xbf"); /* that some editors put before UTF-8 */

	rules->purpose = purpose;
	if (!text.at)
		text = STR("");
	if (is_readable(&r, text)) {
		size_t skip = str_starts(text, mark) ? mark.len : 0;

		r.lexer = (struct rules_lexer){arena, {text.at + skip, text.len - skip}, {1, 1}};
		read_statements(&r);
		find_doubles(&r);
		if (r.faulty.n == 0 && rules_link_lets(arena, rules, &r.faulty))
			rules_find_alternatives(arena, rules, &r.faulty);
	}
	*ret_faults = rules_faults_sorted(&r.faulty);
	return ret_faults->n == 0 ? rules : NULL;
}

unsigned rules_count(const struct rules *rules)
{
	return rules->n;
}
