#ifndef TIEPDAN_BASE_STR_H
#define TIEPDAN_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of text: pointer and length, not terminated, never owned. at == NULL means "absent" (SQL NULL, a
 * member that was not sent); an empty text has at != NULL and len == 0. */
struct str {
	const char *at;
	size_t len;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_NONE     ((struct str){NULL, 0})
/* For printf-like functions: "%.*s", STR_ARG(s). */
#define STR_ARG(s) (int)(s).len, ((s).at ? (s).at : "")

struct str str_of(const char *zero_terminated); /* NULL gives STR_NONE */
bool str_eq(struct str a, struct str b);	/* bytes equal; absent equals only absent */
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters fold */
bool str_eq_secret(struct str a, struct str b); /* constant time for equal lengths */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
struct str str_trim(struct str s, const char *set); /* without leading and trailing bytes of `set` */
/* Cuts the part before the next `separator` off `*rest` into `*ret_part`; false when nothing is left. "a,,b"
 * has three parts, "a," one, "" and an absent text none. */
bool str_next(struct str *rest, char separator, struct str *ret_part);
int str_hex_digit(char c); /* its value, in any letter case; -1: it is none */
/* Decimal digits with an optional '-', the whole text, no overflow. Returns 0 or -EINVAL / -ERANGE. */
int str_to_i64(struct str s, int64_t *ret_value);
/* The digits of a number, not terminated; they stand at the end of `room`. */
enum {
	STR_INT_SIZE = 20
};
struct str str_of_int(int64_t n, char room[STR_INT_SIZE]);
int str_compare(struct str a, struct str b); /* bytewise order, like memcmp; absent as empty */
/* Strict UTF-8 (RFC 3629: no surrogates, no overlong forms) without U+0000. */
bool str_is_utf8(struct str s);
/* The size of the one valid sequence that `s` begins with, 0 when it begins with none (or with U+0000). */
size_t str_utf8_sequence(struct str s);
size_t str_code_points(struct str valid_utf8);

#endif
