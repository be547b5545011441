/* Object streams of a PDF: found, unpacked, shown. */
#include "command/pdf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum token {
	TOKEN_END,
	TOKEN_OPEN,  /* << */
	TOKEN_CLOSE, /* >> */
	TOKEN_NAME,
	TOKEN_WORD, /* a number, a keyword, a bracket */
	TOKEN_STRING
};

enum {
	UNFOLDED_MAX = 64 * 1024 * 1024, /* of all object streams of a file */
	FLATE_MOST = 1032, /* bytes that one byte can become (zlib, "Maximum Compression Factor") */
	STEPS_TIMES = 4,   /* so often a byte may be read: a file is read once, a trap for ever */
	STEPS_LEAST = 1024 * 1024
};

struct reader {
	struct str rest;
	int64_t steps;	 /* bytes that may still be read */
	struct str text; /* of a name or a word */
	char name[PDF_NAME_MAX];
};

/* What is said of a stream in front of it. */
struct head {
	bool packed; /* it may have objects in it       */
	bool odd;    /* another filter than Flate alone */
	unsigned filters;
};

struct unfolding {
	struct reader reader;
	char *bytes;
	size_t left; /* its size less what has been unfolded */
	const char *(*look)(struct str objects);
};

static bool is_blank(char c)
{
	return memchr("\0\t\n\f\r ", c, 6) != NULL;
}

static bool is_regular(char c)
{
	return !is_blank(c) && !memchr("()<>[]{}/%", c, 10);
}

struct str pdf_name(struct str *rest, char ret[PDF_NAME_MAX])
{
	size_t n = 0, i = 0;

	for (; i < rest->len && is_regular(rest->at[i]); i++) {
		int high = i + 2 < rest->len ? str_hex_digit(rest->at[i + 1]) : -1;
		int low = i + 2 < rest->len ? str_hex_digit(rest->at[i + 2]) : -1;
		bool escaped = rest->at[i] == '#' && high >= 0 && low >= 0;
		if (n < PDF_NAME_MAX)
			ret[n++] = escaped ? (char)(high * 16 + low) : rest->at[i];
		i += escaped ? 2 : 0;
	}
	*rest = (struct str){rest->at + i, rest->len - i};
	return (struct str){ret, n};
}

struct str pdf_skip_blank(struct str rest)
{
	bool comment = false;
	size_t n = 0;

	for (; n < rest.len; n++) {
		char c = rest.at[n];
		comment = comment ? c != '\n' && c != '\r' : c == '%';
		if (!comment && !is_blank(c))
			break;
	}
	return (struct str){rest.at + n, rest.len - n};
}

static void advance(struct reader *r, size_t n)
{
	r->rest = (struct str){r->rest.at + n, r->rest.len - n};
	r->steps -= (int64_t)n;
}

/* In round brackets, which may stand in it in pairs, or behind a backslash. */
static size_t string_length(struct str rest)
{
	unsigned depth = 0;
	size_t i;

	for (i = 0; i < rest.len; i++) {
		depth += rest.at[i] == '(';
		depth -= rest.at[i] == ')';
		if (depth == 0)
			return i + 1;
		i += rest.at[i] == '\\';
	}
	return rest.len;
}

static enum token next_angle(struct reader *r)
{
	const char *end;

	if (str_starts(r->rest, STR("<<")) || str_starts(r->rest, STR(">>"))) {
		char c = r->rest.at[0];
		advance(r, 2);
		return c == '<' ? TOKEN_OPEN : TOKEN_CLOSE;
	}
	end = memchr(r->rest.at, '>', r->rest.len);
	advance(r, end ? (size_t)(end - r->rest.at) + 1 : r->rest.len);
	return TOKEN_STRING;
}

static enum token next_word(struct reader *r)
{
	size_t n = 1;

	while (n < r->rest.len && is_regular(r->rest.at[0]) && is_regular(r->rest.at[n]))
		n++;
	r->text = (struct str){r->rest.at, n};
	advance(r, n);
	return TOKEN_WORD;
}

static enum token next_name(struct reader *r)
{
	struct str rest = {r->rest.at + 1, r->rest.len - 1};

	r->text = pdf_name(&rest, r->name);
	advance(r, r->rest.len - rest.len);
	return TOKEN_NAME;
}

static enum token next(struct reader *r)
{
	advance(r, r->rest.len - pdf_skip_blank(r->rest).len);
	if (r->rest.len == 0 || r->steps <= 0)
		return TOKEN_END;
	switch (r->rest.at[0]) {
	case '/':
		return next_name(r);
	case '<':
	case '>':
		return next_angle(r);
	case '(':
		advance(r, string_length(r->rest));
		return TOKEN_STRING;
	default:
		return next_word(r);
	}
}

static bool is_next(struct reader *r, enum token token, struct str text)
{
	return next(r) == token && str_eq(r->text, text);
}

/* /FlateDecode, or [/FlateDecode]. Looks ahead only. */
static bool is_flate(struct reader *r)
{
	struct reader ahead = *r, inside = *r;
	bool flate =
		is_next(&ahead, TOKEN_NAME, STR("FlateDecode")) ||
		(is_next(&inside, TOKEN_WORD, STR("[")) && is_next(&inside, TOKEN_NAME, STR("FlateDecode")) &&
			is_next(&inside, TOKEN_WORD, STR("]")));

	r->steps = ahead.steps < inside.steps ? ahead.steps : inside.steps;
	return flate;
}

static void note_name(struct reader *r, struct head *ret)
{
	static const struct str packs[] = {STR("ObjStm"), STR("First")};
	static const struct str odds[] = {
		STR("DecodeParms"), STR("DP"), STR("F"), STR("FFilter"), STR("Crypt")};

	for (size_t i = 0; i < sizeof(packs) / sizeof(packs[0]); i++)
		ret->packed = ret->packed || str_eq(r->text, packs[i]);
	for (size_t i = 0; i < sizeof(odds) / sizeof(odds[0]); i++)
		ret->odd = ret->odd || str_eq(r->text, odds[i]);
	if (str_eq(r->text, STR("Filter"))) {
		ret->filters++;
		ret->odd = ret->odd || ret->filters > 1 || !is_flate(r);
	}
}

/* True when there is one, with a stream behind it, whose bytes come next. */
static bool read_head(struct reader *r, struct head *ret)
{
	unsigned depth = 1;
	enum token token;

	*ret = (struct head){0};
	if (next(r) != TOKEN_OPEN)
		return false;
	while (depth > 0) {
		token = next(r);
		if (token == TOKEN_END)
			return false;
		depth += token == TOKEN_OPEN;
		depth -= token == TOKEN_CLOSE;
		if (token == TOKEN_NAME)
			note_name(r, ret);
	}
	return is_next(r, TOKEN_WORD, STR("stream"));
}

static void skip_line_end(struct reader *r)
{
	size_t n = 0;

	while (n < r->rest.len && memchr(" \t", r->rest.at[n], 2))
		n++;
	n += n < r->rest.len && r->rest.at[n] == '\r';
	n += n < r->rest.len && r->rest.at[n] == '\n';
	advance(r, n);
}

static const char *unfold_one(struct unfolding *u)
{
	struct reader *r = &u->reader;
	z_stream z = {.next_in = (Bytef *)(uintptr_t)r->rest.at,
		.avail_in = (uInt)r->rest.len,
		.next_out = (Bytef *)u->bytes,
		.avail_out = (uInt)u->left};
	int end = inflateInit(&z);

	if (end == Z_OK)
		end = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	r->steps -= (int64_t)z.total_in;
	u->left -= z.total_out;
	const char *reason = u->look((struct str){u->bytes, z.total_out});
	return reason ? reason : end == Z_STREAM_END ? NULL : "broken";
}

/* From an "obj" on. */
static const char *unfold_at(struct unfolding *u, struct str rest)
{
	struct head head;

	u->reader.rest = rest;
	if (!read_head(&u->reader, &head) || !head.packed)
		return NULL;
	if (head.odd)
		return "encrypted";
	if (head.filters == 0)
		return NULL; /* it lies open */
	skip_line_end(&u->reader);
	return unfold_one(u);
}

const char *pdf_unfold(struct str file, const char *(*look)(struct str objects))
{
	size_t most = file.len < UNFOLDED_MAX / FLATE_MOST ? (file.len + 1) * FLATE_MOST : UNFOLDED_MAX;
	struct unfolding u = {.look = look, .left = most, .bytes = malloc(most)};
	const char *reason = u.bytes ? NULL : "broken", *at = file.at, *end = file.at + file.len;

	u.reader.steps = STEPS_TIMES * (int64_t)file.len + STEPS_LEAST;
	while (!reason && (at = memmem(at, (size_t)(end - at), "obj", 3))) {
		at += 3;
		reason = unfold_at(&u, (struct str){at, (size_t)(end - at)});
		if (u.reader.steps <= 0)
			reason = reason ? reason : "broken";
	}
	free(u.bytes);
	return reason;
}
