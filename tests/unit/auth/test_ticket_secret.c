/* The citizen's secret: form, typing it in, and guessing it. */
#include "forge.h"

#include <openssl/hmac.h>

#include "auth/ticket_secret.h"
#include "base/rand.h"

static void form(void **state)
{
	struct forge *f = *state;
	struct str s = ticket_secret(f->arena, f->keys, 12345, 1),
		   later = ticket_secret(f->arena, f->keys, 12345, 123);

	assert_int_equal(s.len, 27);
	assert_int_equal(s.at[0], '1');
	assert_int_equal(later.len, 29);
	assert_memory_equal(later.at, "123", 3);
	for (size_t i = 0; i < s.len; i++)
		assert_non_null(memchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", s.at[i], 32));
}

/* HMAC over the two numbers, each behind its length; the first 130 bits of it. */
static void derivation(void **state)
{
	static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	static const uint8_t wire[32] = {0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0x30, 0x39, 0, 0, 0, 0, 0,
		0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1};
	struct forge *f = *state;
	struct str key = keys_purpose(f->keys, KEY_TICKET_SECRET);
	struct str s = ticket_secret(f->arena, f->keys, 0x3039, 1);
	uint8_t mac[32];

	HMAC(EVP_sha256(), key.at, (int)key.len, wire, sizeof wire, mac, NULL);
	for (unsigned i = 0; i < 26; i++) {
		unsigned bit = i * 5, two = (unsigned)mac[bit / 8] << 8 | mac[bit / 8 + 1];

		assert_int_equal(s.at[1 + i], symbols[two >> (11 - bit % 8) & 31]);
	}
}

static void is_checked(void **state)
{
	struct forge *f = *state;
	int64_t generation = 0;

	for (int64_t n = 0; n < 50; n++)
		for (int64_t g = 1; g < 100000000; g *= 37) {
			struct str s = ticket_secret(f->arena, f->keys, n, g);

			assert_true(ticket_secret_check(f->keys, n, s, &generation));
			assert_int_equal(generation, g);
			assert_false(ticket_secret_check(f->keys, n + 1, s, &generation));
		}
	assert_true(
		ticket_secret_check(f->keys, 1, ticket_secret(f->arena, f->keys, 1, INT64_MAX), &generation));
	assert_int_equal(generation, INT64_MAX);
}

static void another_generation_does_not_fit(void **state)
{
	struct forge *f = *state;
	char *s = arena_cstr(f->arena, ticket_secret(f->arena, f->keys, 7, 1));
	int64_t generation;

	s[0] = '2';
	assert_false(ticket_secret_check(f->keys, 7, str_of(s), &generation));
	s[0] = '0';
	assert_false(ticket_secret_check(f->keys, 7, str_of(s), &generation));
	s[0] = '1';
	assert_true(ticket_secret_check(f->keys, 7, str_of(s), &generation));
}

static void typing(void **state)
{
	struct forge *f = *state;
	struct str s = ticket_secret(f->arena, f->keys, 99, 1);
	char lower[64], grouped[128];
	int64_t generation;
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		lower[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == '1' ? 'l' : c == '0' ? 'o' : c;
		grouped[n++] = c == '1' ? 'I' : c;
		if (i % 4 == 3)
			grouped[n++] = i % 8 == 3 ? '-' : ' ';
	}
	assert_true(ticket_secret_check(f->keys, 99, (struct str){lower, s.len}, &generation));
	assert_true(ticket_secret_check(f->keys, 99, (struct str){grouped, n}, &generation));
}

static void nonsense(void **state)
{
	struct forge *f = *state;
	struct str s = ticket_secret(f->arena, f->keys, 5, 1);
	const struct str table[] = {
		STR_NONE,
		STR(""),
		STR("1"),
		STR("-"),
		{s.at, s.len - 1},
		{s.at + 1, s.len - 1},
		arena_printf(f->arena, "0%.*s", STR_ARG(s)),
		arena_printf(f->arena, "%.*s0", STR_ARG(s)),
		arena_printf(f->arena, "%.*s\n", STR_ARG(s)),
		arena_printf(f->arena, "%.*sU", STR_ARG(s)),
		arena_printf(f->arena, "%.*s:", STR_ARG(s)),
		arena_printf(f->arena, "A%.*s", STR_ARG(s)),
		arena_printf(f->arena, "9223372036854775808%.26s", s.at + 1),
		arena_printf(f->arena, "%.*s%120s", STR_ARG(s), "-"),
		{"\0\0\0", 3},
		STR("\xc4\x90"),
		arena_printf(f->arena, "%.27s%.27s", s.at, s.at),
	};
	int64_t generation;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		assert_false(ticket_secret_check(f->keys, 5, table[i], &generation));
}

static void each_symbol_counts(void **state)
{
	struct forge *f = *state;
	char *s = arena_cstr(f->arena, ticket_secret(f->arena, f->keys, 5, 1));
	int64_t generation;

	for (size_t i = 0; s[i]; i++) {
		char kept = s[i];

		s[i] = kept == '7' ? '8' : '7';
		assert_false(ticket_secret_check(f->keys, 5, str_of(s), &generation));
		s[i] = kept;
	}
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, 26);
}

static void no_two_alike(void **state)
{
	enum {
		N = 100000
	};
	struct forge *f = *state;
	char(*all)[26] = malloc(N * sizeof *all);

	for (int i = 0; i < N; i++) {
		struct arena *arena = arena_new();
		struct str s = ticket_secret(arena, f->keys, i / 2, 1 + i % 2);

		memcpy(all[i], s.at + 1, 26);
		arena_free(arena);
	}
	qsort(all, N, sizeof *all, compare);
	for (int i = 1; i < N; i++)
		assert_true(memcmp(all[i - 1], all[i], 26) < 0);
	free(all);
}

static void guesses_fail(void **state)
{
	struct forge *f = *state;
	int64_t generation;
	char guess[27];

	guess[0] = '1';
	for (int i = 0; i < 20000; i++) {
		uint8_t random[26];

		rand_bytes(random, sizeof random);
		for (unsigned k = 0; k < 26; k++)
			guess[1 + k] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[random[k] & 31];
		assert_false(ticket_secret_check(
			f->keys, i % 100, (struct str){guess, sizeof guess}, &generation));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(form),
		cmocka_unit_test(derivation),
		cmocka_unit_test(is_checked),
		cmocka_unit_test(another_generation_does_not_fit),
		cmocka_unit_test(typing),
		cmocka_unit_test(nonsense),
		cmocka_unit_test(each_symbol_counts),
		cmocka_unit_test(no_two_alike),
		cmocka_unit_test(guesses_fail),
	};

	return cmocka_run_group_tests(tests, forge_setup, forge_teardown);
}
