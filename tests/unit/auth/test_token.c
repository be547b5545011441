/* Issuing tokens, the cache, and rotation of keys. */
#include "forge.h"

#include "auth/role.h"
#include "auth/token_cache.h"
#include "base/clock.h"
#include "base/fail.h"

#define ISSUER "https://tiepdan.example/\"quoted\""

static struct token_claims claims_of(int64_t expires_ms, role_set roles)
{
	struct token_claims claims = {.expires_ms = expires_ms};

	claims.who = (struct who){.kind = WHO_STAFF,
		.account = uuid_new(),
		.session = uuid_new(),
		.roles = roles,
		.department = 42};
	return claims;
}

static struct str segment(struct arena *arena, struct str token, unsigned index)
{
	struct str part = STR_NONE;

	for (unsigned i = 0; i <= index; i++)
		assert_true(str_next(&token, '.', &part));
	return digest_b64url_decode(arena, part);
}

static void same_claims(const struct token_claims *a, const struct token_claims *b)
{
	assert_int_equal(a->who.kind, b->who.kind);
	assert_true(uuid_eq(&a->who.account, &b->who.account));
	assert_true(uuid_eq(&a->who.session, &b->who.session));
	assert_int_equal(a->who.roles, b->who.roles);
	assert_int_equal(a->who.department, b->who.department);
	assert_int_equal(a->expires_ms, b->expires_ms);
}

static void what_is_issued_verifies(void **state)
{
	const role_set sets[] = {0, CLERK, ADMIN, OFFICER | HEAD | AUDITOR, STAFF};
	struct forge *f = *state;
	struct token_cache *cache = token_cache_new(f->keys, ISSUER);
	int64_t now = clock_wall_ms();

	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
		struct token_claims in = claims_of((now / 1000 + 600) * 1000, sets[i]), out;
		struct str token = token_issue(f->arena, f->keys, ISSUER, &in);

		assert_non_null(token.at);
		assert_null(token_verify(cache, token, now, &out));
		same_claims(&in, &out);
	}
	token_cache_free(cache);
}

static void so_does_that_of_a_citizen(void **state)
{
	struct forge *f = *state;
	struct token_cache *cache = token_cache_new(f->keys, ISSUER);
	int64_t now = clock_wall_ms();
	struct token_claims in = {.who = {.kind = WHO_CITIZEN, .account = uuid_new(), .session = uuid_new()},
				    .expires_ms = (now / 1000 + 600) * 1000},
			    out;
	struct str token = token_issue(f->arena, f->keys, ISSUER, &in);
	char *text = arena_cstr(f->arena, segment(f->arena, token, 1));

	assert_non_null(strstr(text, "\"kind\":\"citizen\""));
	assert_null(strstr(text, "roles"));
	for (int i = 0; i < 2; i++) { /* the second time from the cache */
		assert_null(token_verify(cache, token, now, &out));
		same_claims(&in, &out);
	}
	token_cache_free(cache);
}

/* Exactly alg, typ and kid; and the claims of the profile, each once. */
static void form_of_a_token(void **state)
{
	struct forge *f = *state;
	struct token_claims claims = claims_of(clock_wall_ms() + 60000, OFFICER);
	struct str token = token_issue(f->arena, f->keys, ISSUER, &claims);
	struct str header = segment(f->arena, token, 0), body = segment(f->arena, token, 1);
	struct str expected = arena_printf(f->arena, "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\"}",
		f->keys->token.at[f->keys->token.n - 1].kid);
	const char *names[] = {"\"iss\":", "\"aud\":", "\"sub\":", "\"sid\":", "\"iat\":", "\"nbf\":",
		"\"exp\":", "\"roles\":[\"officer\"]", "\"dept\":42"};
	char *text = arena_cstr(f->arena, body);

	assert_string_equal(arena_cstr(f->arena, header), arena_cstr(f->arena, expected));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_non_null(strstr(text, names[i]));
	assert_int_equal(segment(f->arena, token, 2).len, 64);
}

static void another_issuer_is_refused(void **state)
{
	struct forge *f = *state;
	struct token_cache *cache = token_cache_new(f->keys, "https://other.example");
	struct token_claims claims = claims_of(clock_wall_ms() + 60000, OFFICER);

	assert_string_equal(token_verify(cache, token_issue(f->arena, f->keys, ISSUER, &claims),
				    clock_wall_ms(), &claims),
		"iss is somebody else");
	token_cache_free(cache);
}

static void the_cache_honours_expiry(void **state)
{
	struct forge *f = *state;
	struct token_cache *cache = token_cache_new(f->keys, ISSUER);
	int64_t end = (clock_wall_ms() / 1000 + 600) * 1000;
	struct token_claims in = claims_of(end, OFFICER), out;
	struct str token = token_issue(f->arena, f->keys, ISSUER, &in);

	assert_null(token_verify(cache, token, end - 1, &out));
	assert_int_equal(token_cache_count(cache), 1);
	assert_null(token_verify(cache, token, end - 1, &out));
	assert_int_equal(token_cache_count(cache), 1);
	assert_string_equal(token_verify(cache, token, end, &out), "expired");
	assert_int_equal(token_cache_count(cache), 0);
	assert_string_equal(token_verify(cache, token, end + 1, &out), "expired");
	token_cache_free(cache);
}

static void refused_tokens_are_not_kept(void **state)
{
	struct forge *f = *state;
	struct token_cache *cache = token_cache_new(f->keys, ISSUER);
	struct token_claims in = claims_of(clock_wall_ms() + 60000, OFFICER), out;
	char *token = arena_cstr(f->arena, token_issue(f->arena, f->keys, ISSUER, &in));
	char last = token[strlen(token) - 10];

	assert_null(token_verify(cache, str_of(token), clock_wall_ms(), &out));
	token[strlen(token) - 10] = last == 'A' ? 'B' : 'A';
	for (int i = 0; i < 3; i++)
		assert_string_equal(
			token_verify(cache, str_of(token), clock_wall_ms(), &out), "signature is wrong");
	assert_string_equal(token_verify(cache, STR_NONE, 0, &out), "absent, or longer than 8 KiB");
	assert_int_equal(token_cache_count(cache), 1);
	token_cache_free(cache);
}

static struct digest numbered(unsigned n)
{
	return digest_sha256((struct str){(const char *)&n, sizeof n});
}

/* Against the obvious model: the TOKEN_CACHE_MAX used last. */
static void the_cache_forgets_the_longest_unused(void **state)
{
	struct forge *f = *state;
	struct token_cache *cache = token_cache_new(f->keys, ISSUER);
	struct token_claims claims, out;
	struct digest key;

	for (unsigned i = 0; i < TOKEN_CACHE_MAX; i++) {
		key = numbered(i);
		claims = claims_of(1000 + i, CLERK);
		token_cache_put(cache, &key, &claims);
	}
	key = numbered(0);
	assert_true(token_cache_find(cache, &key, 0, &out));
	for (unsigned i = TOKEN_CACHE_MAX; i < TOKEN_CACHE_MAX + 100; i++) {
		key = numbered(i);
		claims = claims_of(1000 + i, CLERK);
		token_cache_put(cache, &key, &claims);
		assert_int_equal(token_cache_count(cache), TOKEN_CACHE_MAX);
	}
	for (unsigned i = 0; i < TOKEN_CACHE_MAX + 100; i++) {
		key = numbered(i);
		assert_int_equal(token_cache_find(cache, &key, 0, &out), i == 0 || i > 100);
		if (i == 0 || i > 100)
			assert_int_equal(out.expires_ms, 1000 + i);
	}
	for (unsigned i = 0; i < TOKEN_CACHE_MAX + 100; i++) {
		key = numbered(i);
		assert_false(token_cache_find(cache, &key, INT64_C(1) << 40, &out));
	}
	assert_int_equal(token_cache_count(cache), 0);
	token_cache_free(cache);
}

/* An old kid verifies until its file is taken away; the new one signs from the next load on. */
static void rotation(void **state)
{
	struct forge *f = *state;
	struct token_claims in = claims_of(clock_wall_ms() / 1000 * 1000 + 600000, HEAD), out;
	struct str reason, before, after;
	const struct keys *rotated, *reduced;
	struct token_cache *cache;
	char old_file[160];

	before = token_issue(f->arena, f->keys, ISSUER, &in);
	assert_int_equal(keys_rotate_token(f->arena, f->folder, &reason), 0);
	rotated = keys_load(f->arena, f->folder, &reason);
	assert_non_null(rotated);
	assert_int_equal(rotated->token.n, f->keys->token.n + 1);
	after = token_issue(f->arena, rotated, ISSUER, &in);
	assert_true(strcmp(rotated->token.at[rotated->token.n - 1].kid,
			    f->keys->token.at[f->keys->token.n - 1].kid) > 0);
	assert_false(str_eq(segment(f->arena, before, 0), segment(f->arena, after, 0)));

	cache = token_cache_new(rotated, ISSUER);
	assert_null(token_verify(cache, before, clock_wall_ms(), &out));
	assert_null(token_verify(cache, after, clock_wall_ms(), &out));
	same_claims(&in, &out);
	token_cache_free(cache);

	cache = token_cache_new(f->keys, ISSUER);
	assert_string_equal(token_verify(cache, after, clock_wall_ms(), &out), "kid is not known");
	token_cache_free(cache);

	(void)snprintf(old_file, sizeof old_file, "%s/token-%s.pem", f->folder, f->keys->token.at[0].kid);
	assert_int_equal(unlink(old_file), 0);
	reduced = keys_load(f->arena, f->folder, &reason);
	assert_non_null(reduced);
	cache = token_cache_new(reduced, ISSUER);
	assert_string_equal(token_verify(cache, before, clock_wall_ms(), &out), "kid is not known");
	assert_null(token_verify(cache, after, clock_wall_ms(), &out));
	token_cache_free(cache);
}

/* The n-th allocation fails, for every n: a token or none; and a good token is never called bad. */
static void out_of_memory(void **state)
{
	struct forge *f = *state;
	struct token_claims in = claims_of(clock_wall_ms() + 60000, STAFF), out;
	struct token_cache *cache = token_cache_new(f->keys, ISSUER);
	struct str token = token_issue(f->arena, f->keys, ISSUER, &in);
	char spec[32];

	for (int n = 1; n < 100; n++) {
		struct arena *arena = arena_new();
		const char *reason;

		(void)snprintf(spec, sizeof spec, "malloc:%d", n);
		fail_arm(spec);
		(void)token_issue(arena, f->keys, ISSUER, &in);
		fail_arm(spec);
		reason = token_verify(cache, token, clock_wall_ms(), &out);
		fail_arm(NULL);
		assert_true(reason == NULL || reason == token_no_memory);
		arena_free(arena);
		token_cache_free(cache);
		cache = token_cache_new(f->keys, ISSUER);
	}
	fail_arm("malloc:1");
	assert_null(token_cache_new(f->keys, ISSUER));
	fail_arm(NULL);
	assert_null(token_verify(cache, token, clock_wall_ms(), &out));
	token_cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_issued_verifies),
		cmocka_unit_test(so_does_that_of_a_citizen),
		cmocka_unit_test(form_of_a_token),
		cmocka_unit_test(another_issuer_is_refused),
		cmocka_unit_test(the_cache_honours_expiry),
		cmocka_unit_test(refused_tokens_are_not_kept),
		cmocka_unit_test(the_cache_forgets_the_longest_unused),
		cmocka_unit_test(rotation),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, forge_setup, forge_teardown);
}
