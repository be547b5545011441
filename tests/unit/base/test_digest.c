/* base/digest.h against published vectors, strict decoders, and that a digest takes no memory. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/digest.h"

static size_t openssl_allocations;

static void *counting_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	openssl_allocations++;
	return malloc(size);
}

static void *counting_realloc(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	openssl_allocations++;
	return realloc(old, size);
}

static void counting_free(void *old, const char *file, int line)
{
	(void)file;
	(void)line;
	free(old);
}

static int make_arena(void **state)
{
	*state = arena_new();
	return *state ? 0 : -1;
}

static int free_arena(void **state)
{
	arena_free(*state);
	return 0;
}

static struct str hex(struct arena *arena, struct digest d)
{
	return digest_hex(arena, digest_bytes(&d));
}

/* FIPS 180-4 examples. */
static void sha256(void **state)
{
	static char million[1000000];

	assert_str(hex(*state, digest_sha256(STR(""))),
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_str(hex(*state, digest_sha256(STR_NONE)),
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_str(hex(*state, digest_sha256(STR("abc"))),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	memset(million, 'a', sizeof(million));
	assert_str(hex(*state, digest_sha256((struct str){million, sizeof(million)})),
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* The same by OpenSSL's one-shot function, with the lengths written by hand. */
static void hmac(void **state)
{
	static const char framed[] = "\0\0\0\0\0\0\0\2ab\0\0\0\0\0\0\0\1c";
	char long_key[200];
	const struct str keys[] = {STR("k"), STR(""), {long_key, 64}, {long_key, 65}, {long_key, 200}};

	(void)state;
	memset(long_key, 'K', sizeof(long_key));
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct digest got = digest_hmac(keys[i], (struct str[]){STR("ab"), STR("c")}, 2);
		unsigned char want[DIGEST_SIZE];
		size_t size = 0;

		assert_non_null(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, keys[i].at, keys[i].len,
			(const unsigned char *)framed, sizeof(framed) - 1, want, sizeof(want), &size));
		assert_int_equal(size, sizeof(want));
		assert_memory_equal(got.byte, want, sizeof(want));
	}
}

static void parts_do_not_run_together(void **state)
{
	struct digest a = digest_hmac(STR("k"), (struct str[]){STR("ab"), STR("c")}, 2);
	struct digest b = digest_hmac(STR("k"), (struct str[]){STR("a"), STR("bc")}, 2);
	struct digest c = digest_hmac(STR("k"), (struct str[]){STR("abc")}, 1);
	struct digest none = digest_hmac(STR("k"), NULL, 0),
		      empty = digest_hmac(STR("k"), (struct str[]){STR_NONE}, 1);

	(void)state;
	assert_memory_not_equal(a.byte, b.byte, sizeof(a.byte));
	assert_memory_not_equal(a.byte, c.byte, sizeof(a.byte));
	assert_memory_not_equal(none.byte, empty.byte, sizeof(none.byte));
}

static void a_digest_takes_no_memory(void **state)
{
	size_t before;

	(void)state;
	before = openssl_allocations;
	for (int i = 0; i < 1000; i++) {
		digest_sha256(STR("again"));
		digest_hmac(STR("key"), (struct str[]){STR("a"), STR("b")}, 2);
	}
	assert_int_equal(openssl_allocations, before);
}

/* The vectors of the paper's reference code: key 00..0f, message 00..n-1. */
static void siphash(void **state)
{
	static const struct {
		size_t len;
		uint64_t hash;
	} cases[] = {
		{0, UINT64_C(0x726fdb47dd0e0e31)},
		{1, UINT64_C(0x74f839c593dc67fd)},
		{7, UINT64_C(0xab0200f58b01d137)},
		{8, UINT64_C(0x93f5f5799a932462)},
		{15, UINT64_C(0xa129ca6149be45e5)},
		{63, UINT64_C(0x958a324ceb064572)},
	};
	const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
	char message[64];

	(void)state;
	for (int i = 0; i < 64; i++)
		message[i] = (char)i;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_true(digest_siphash(key, (struct str){message, cases[i].len}) == cases[i].hash);
}

/* RFC 4648 section 10, without padding, and the two letters that differ. */
static void base64url(void **state)
{
	static const struct {
		struct str bytes, text;
	} cases[] = {
		{STR(""), STR("")},
		{STR("f"), STR("Zg")},
		{STR("fo"), STR("Zm8")},
		{STR("foo"), STR("Zm9v")},
		{STR("foob"), STR("Zm9vYg")},
		{STR("fooba"), STR("Zm9vYmE")},
		{STR("foobar"), STR("Zm9vYmFy")},
		{STR("\xfb\xff\xfe"), STR("-__-")},
		{STR("\0\0"), STR("AAA")},
	};
	static const char *const bad[] = {
		"A", "AAAAA", "Zg==", "Zh", "Zm9", "-_+/", "Zm 9v", "Zm9v\n", "Zm9v.", "Zé"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(str_eq(digest_b64url(*state, cases[i].bytes), cases[i].text));
		assert_true(str_eq(digest_b64url_decode(*state, cases[i].text), cases[i].bytes));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_null(digest_b64url_decode(*state, str_of(bad[i])).at);
	assert_null(digest_b64url_decode(*state, STR_NONE).at);
}

/* Every three-character text: it decodes only if encoding gives it back. */
static void base64url_is_canonical(void **state)
{
	unsigned accepted = 0;

	for (unsigned v = 0; v < 1U << 21; v++) {
		char text[3] = {(char)(v & 127), (char)(v >> 7 & 127), (char)(v >> 14 & 127)};
		struct arena *arena = v % 4096 ? *state : (free_arena(state), make_arena(state), *state);
		struct str bytes = digest_b64url_decode(arena, (struct str){text, 3});

		if (!bytes.at)
			continue;
		accepted++;
		assert_true(str_eq(digest_b64url(arena, bytes), (struct str){text, 3}));
	}
	assert_int_equal(accepted, 1 << 16);
}

static void hexadecimal(void **state)
{
	static const char *const bad[] = {"0", "0G", "ab0", "AB", "0 ", "+1", "é"};

	assert_str(digest_hex(*state, STR("\0\x7f\x80\xff")), "007f80ff");
	assert_str(digest_hex(*state, STR("")), "");
	assert_str(digest_hex_decode(*state, STR("007f80ff")), "\0\x7f\x80\xff");
	assert_str(digest_hex_decode(*state, STR("")), "");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_null(digest_hex_decode(*state, str_of(bad[i])).at);
	assert_null(digest_hex_decode(*state, STR_NONE).at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sha256, make_arena, free_arena),
		cmocka_unit_test(hmac),
		cmocka_unit_test(parts_do_not_run_together),
		cmocka_unit_test(a_digest_takes_no_memory),
		cmocka_unit_test(siphash),
		cmocka_unit_test_setup_teardown(base64url, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(base64url_is_canonical, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(hexadecimal, make_arena, free_arena),
	};

	if (CRYPTO_set_mem_functions(counting_malloc, counting_realloc, counting_free) != 1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
