/* The words and marks of a text of rules, with their places. */
#include "civil/rules_lex.h"

#include <string.h>

/* Column and line count on by what is passed over. */
static void pass(struct rules_lexer *lexer, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)lexer->rest.at[i];

		if (c == '\n') {
			lexer->place.line++;
			lexer->place.column = 1;
		} else if ((c & 0xc0) != 0x80) {
			lexer->place.column++;
		}
	}
	lexer->rest.at += n;
	lexer->rest.len -= n;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '.' || c == '-' || c == ':' || c == '@';
}

static void pass_blanks(struct rules_lexer *lexer)
{
	struct str s = lexer->rest;
	size_t n = 0;

	while (n < s.len && (is_blank(s.at[n]) || s.at[n] == '#')) {
		if (s.at[n] == '#')
			while (n + 1 < s.len && s.at[n + 1] != '\n')
				n++;
		n++;
	}
	pass(lexer, n);
}

static size_t word_length(struct str s)
{
	size_t n = 0;

	while (n < s.len && is_word(s.at[n]))
		n++;
	return n;
}

/* With its escapes taken back. */
static struct str unescaped(struct arena *arena, struct str s)
{
	char *out;
	size_t n = 0;

	if (!memchr(s.at, '\\', s.len))
		return s;
	out = arena_alloc(arena, s.len);
	for (size_t i = 0; i < s.len; i++) {
		i += s.at[i] == '\\';
		out[n++] = s.at[i];
	}
	return (struct str){out, n};
}

static bool is_faulty(struct rules_token *token, enum rules_token_fault fault)
{
	token->kind = TOKEN_FAULTY;
	token->fault = fault;
	return true;
}

/* Returns the size with both quotation marks; what is faulty ends with its line. */
static size_t read_string(struct rules_lexer *lexer, struct rules_token *token)
{
	struct str s = lexer->rest;
	size_t n = 1;
	bool faulty = false;

	for (; n < s.len && s.at[n] != '"' && s.at[n] != '\n'; n++)
		if (s.at[n] == '\\' && n + 1 < s.len) {
			n++;
			if (s.at[n] != '"' && s.at[n] != '\\')
				faulty = is_faulty(token, TOKEN_ESCAPE);
			if (s.at[n] == '\n')
				break;
		}
	if (n >= s.len || s.at[n] != '"') {
		is_faulty(token, TOKEN_NOT_CLOSED);
		return n < s.len ? n : s.len;
	}
	token->text = (struct str){s.at + 1, n - 1};
	if (!faulty && str_code_points(token->text) > RULES_STRING_MAX)
		faulty = is_faulty(token, TOKEN_TOO_LONG);
	if (!faulty) {
		token->kind = TOKEN_STRING;
		token->text = unescaped(lexer->arena, token->text);
	}
	return n + 1;
}

static size_t read_mark(struct str s, struct rules_token *token)
{
	size_t n = str_starts(s, STR(">=")) ? 2 : 1;

	if (n == 1 && !memchr("=,;()<", s.at[0], 6)) {
		is_faulty(token, TOKEN_STRAY);
		n = str_utf8_sequence(s);
		n = n > 0 ? n : 1;
	} else {
		token->kind = TOKEN_MARK;
	}
	token->text = (struct str){s.at, n};
	return n;
}

struct rules_token rules_lex(struct rules_lexer *lexer)
{
	struct rules_token token = {.kind = TOKEN_END, .text = STR("")};
	size_t n;

	pass_blanks(lexer);
	token.place = lexer->place;
	if (lexer->rest.len == 0)
		return token;
	n = word_length(lexer->rest);
	if (n > 0) {
		token.kind = TOKEN_WORD;
		token.text = (struct str){lexer->rest.at, n};
		if (n > RULES_WORD_MAX)
			is_faulty(&token, TOKEN_TOO_LONG);
	} else if (lexer->rest.at[0] == '"') {
		n = read_string(lexer, &token);
	} else {
		n = read_mark(lexer->rest, &token);
	}
	pass(lexer, n);
	return token;
}

bool rules_token_is(const struct rules_token *token, const char *word_or_mark)
{
	return (token->kind == TOKEN_WORD || token->kind == TOKEN_MARK) &&
	       str_eq(token->text, str_of(word_or_mark));
}
