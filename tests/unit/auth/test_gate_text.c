/* The token gate against forged signatures and broken texts: each is refused, and for the reason that it
 * was made for. */
#include "good.h"

#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

static const char alg[] = "alg is not ES256";
static const char not_json[] = "header is not JSON";
static const char not_b64[] = "header is not base64url, or too long";
static const char sig[] = "signature is wrong";
static const char sig64[] = "signature is not 64 bytes in base64url";
static const char segments[] = "not three segments";
static const char size[] = "absent, or longer than 8 KiB";
static const char claims_b64[] = "claims are not base64url";
static const char claims_json[] = "claims are not JSON";

/* --- the text of a token ----------------------------------------------------------------------------------
 */

static struct str replace(struct arena *arena, struct str s, size_t at, char c)
{
	char *copy = arena_cstr(arena, s);

	copy[at] = c;
	return (struct str){copy, s.len};
}

static struct str printed(struct arena *arena, const char *format, struct str token)
{
	char *end = strchr(format, '$');

	return arena_printf(arena, "%.*s%.*s%s", (int)(end - format), format, STR_ARG(token), end + 1);
}

/* '$' stands for a good token. */
static void text_around(void **state)
{
	static const struct {
		const char *reason, *text;
	} table[] = {
		{sig64, "$ "},
		{sig64, "$\n"},
		{sig64, "$\r\n"},
		{sig64, "$="},
		{sig64, "$=="},
		{sig64, "$."},
		{sig64, "$.e30"},
		{sig64, "$.."},
		{sig64, "$A"},
		{sig64, "$AA"},
		{sig64, "$AAAA"},
		{sig64, "$,$"},
		{sig64, "$\xc3\xa9"},
		{not_b64, " $"},
		{not_b64, "\t$"},
		{not_json, ".$"},
		{not_json, "..$"},
		{not_b64, "Bearer $"},
		{not_b64, "\"$\""},
		{not_json, "AAAA$"},
		{not_b64, "e30$"},
	};
	struct forge *f = F(state);
	struct str token = good_token(f);

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		refused(f, printed(f->arena, table[i].text, token), table[i].reason, table[i].text);
}

static void pieces(void **state)
{
	struct forge *f = F(state);
	struct str token = good_token(f), header = good_header(f), body = good_claims(f->arena);
	struct str input = forge_signing_input(f->arena, header, body);
	struct str signature = {token.at + input.len + 1, token.len - input.len - 1};
	struct str h = forge_segment(f->arena, header), c = forge_segment(f->arena, body);
	struct arena *a = f->arena;

	refused(f, STR_NONE, size, "absent");
	refused(f, STR(""), segments, "empty");
	refused(f, STR("."), segments, "one dot");
	refused(f, STR(".."), not_json, "two dots");
	refused(f, STR("..."), not_json, "three dots");
	refused(f, h, segments, "header alone");
	refused(f, input, segments, "no signature");
	refused(f, arena_printf(a, "%.*s.", STR_ARG(input)), sig64, "empty signature");
	refused(f, arena_printf(a, "%.*s..%.*s", STR_ARG(h), STR_ARG(signature)), sig,
		"detached claims (RFC 7797)");
	refused(f, arena_printf(a, ".%.*s.%.*s", STR_ARG(c), STR_ARG(signature)), not_json, "no header");
	refused(f, arena_printf(a, "%.*s.%.*s.%.*s", STR_ARG(c), STR_ARG(h), STR_ARG(signature)), alg,
		"swapped");
	refused(f, arena_printf(a, "%.*s.x.%.*s", STR_ARG(input), STR_ARG(signature)), sig64,
		"four segments");
	refused(f, arena_printf(a, "%.*s.x.y.%.*s", STR_ARG(input), STR_ARG(signature)), sig64,
		"JWE of five segments");
	refused(f, arena_printf(a, "%.*s=.%.*s.%.*s", STR_ARG(h), STR_ARG(c), STR_ARG(signature)), not_b64,
		"padded header");
	refused(f, arena_printf(a, "%.*s.%.*s=.%.*s", STR_ARG(h), STR_ARG(c), STR_ARG(signature)), sig,
		"padded claims");
	refused(f, arena_printf(a, "%.*s", (int)token.len - 1, token.at), sig64, "one symbol short");
	refused(f, arena_printf(a, "%.*s", (int)token.len - 43, token.at), sig64, "half a signature");
	refused(f, replace(a, token, 3, '+'), not_b64, "'+' of plain base64");
	refused(f, replace(a, token, 3, '/'), not_b64, "'/' of plain base64");
	refused(f, replace(a, token, 3, '\0'), not_b64, "U+0000 in the header");
	refused(f, replace(a, token, token.len - 5, '\0'), sig64, "U+0000 in the signature");
	refused(f, replace(a, token, token.len - 5, ' '), sig64, "a blank in the signature");
	refused(f, replace(a, token, h.len, ','), segments, "no first dot");
	refused(f, arena_printf(a, "{\"payload\":\"%.*s\",\"signatures\":[]}", STR_ARG(c)), segments,
		"JSON serialisation");
}

/* Signed as they stand, so that only the encoding is at fault. */
static void encodings(void **state)
{
	struct forge *f = F(state);
	struct str h = forge_segment(f->arena, good_header(f)),
		   c = forge_segment(f->arena, good_claims(f->arena));
	const struct {
		const char *reason, *what;
		struct str input;
	} table[] = {
		{not_b64, "padding", arena_printf(f->arena, "%.*s==.%.*s", STR_ARG(h), STR_ARG(c))},
		{not_b64, "line break",
			arena_printf(
				f->arena, "%.10s\n%.*s.%.*s", h.at, (int)h.len - 10, h.at + 10, STR_ARG(c))},
		{claims_b64, "padding", arena_printf(f->arena, "%.*s.%.*s=", STR_ARG(h), STR_ARG(c))},
		{claims_b64, "blank", arena_printf(f->arena, "%.*s. %.*s", STR_ARG(h), STR_ARG(c))},
		{claims_b64, "one symbol", arena_printf(f->arena, "%.*s.A", STR_ARG(h))},
		{claims_b64, "unused bits set", arena_printf(f->arena, "%.*s.e31", STR_ARG(h))},
		{claims_b64, "plain base64", arena_printf(f->arena, "%.*s.+/+/", STR_ARG(h))},
		{claims_json, "empty claims", arena_printf(f->arena, "%.*s.", STR_ARG(h))},
		{claims_json, "not encoded at all", arena_printf(f->arena, "%.*s.null", STR_ARG(h))},
	};
	uint8_t raw[64];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		forge_raw(forge_der(f->arena, signer(f)->key, table[i].input), raw);
		refused(f, forge_join(f->arena, table[i].input, raw, sizeof raw), table[i].reason,
			table[i].what);
	}
}

static void sizes(void **state)
{
	struct forge *f = F(state);
	char *big = arena_alloc(f->arena, 1000000);
	struct str token, long_claims;

	memset(big, 'A', 999999);
	refused(f, (struct str){big, 999999}, size, "a million bytes");
	refused(f, (struct str){big, 8193}, size, "8193 bytes");
	refused(f, (struct str){big, 8192}, segments, "8192 bytes");
	big[300] = '"';
	long_claims = claims_with(
		f->arena, "extra", arena_cstr(f->arena, arena_printf(f->arena, "\"%.5700s\"", big + 400)));
	token = forge_token(f->arena, signer(f)->key, good_header(f), long_claims);
	assert_true(token.len <= GATE_TOKEN_MAX);
	assert_null(check(f, token, &(struct token_claims){.expires_ms = 0}));
	long_claims = claims_with(
		f->arena, "extra", arena_cstr(f->arena, arena_printf(f->arena, "\"%.7000s\"", big + 400)));
	refused(f, forge_token(f->arena, signer(f)->key, good_header(f), long_claims), size,
		"signed, but too long");
	refused(f,
		forge_token(f->arena, signer(f)->key,
			arena_printf(f->arena, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"%.300s\"}",
				big + 400),
			good_claims(f->arena)),
		not_b64, "a kid of 300 letters");
}

/* --- signatures -------------------------------------------------------------------------------------------
 */

static void signatures(void **state)
{
	/* The order n of P-256 (FIPS 186-5), and the prime p. */
	static const char order[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
	static const char prime[] = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
	struct forge *f = F(state);
	struct str input = forge_signing_input(f->arena, good_header(f), good_claims(f->arena));
	struct str der = forge_der(f->arena, signer(f)->key, input);
	struct str n = digest_hex_decode(f->arena, str_of(order)),
		   p = digest_hex_decode(f->arena, str_of(prime));
	uint8_t raw[64], s[192];
	EVP_PKEY *other = EVP_EC_gen("P-256");

#define CASE(what, reason, len, ...)                                                                         \
	do {                                                                                                 \
		memset(s, 0, sizeof s);                                                                      \
		memcpy(s, raw, sizeof raw);                                                                  \
		__VA_ARGS__;                                                                                 \
		refused(f, forge_join(f->arena, input, s, (len)), (reason), (what));                         \
	} while (0)

	forge_raw(der, raw);
	CASE("r = s = 0", sig, 64, memset(s, 0, 64));
	CASE("r = 0", sig, 64, memset(s, 0, 32));
	CASE("s = 0", sig, 64, memset(s + 32, 0, 32));
	CASE("r = s = 1", sig, 64, memset(s, 0, 64); s[31] = s[63] = 1);
	CASE("r = n", sig, 64, memcpy(s, n.at, 32));
	CASE("s = n", sig, 64, memcpy(s + 32, n.at, 32));
	CASE("r = s = n", sig, 64, memcpy(s, n.at, 32); memcpy(s + 32, n.at, 32));
	CASE("r = p", sig, 64, memcpy(s, p.at, 32));
	CASE("all ones", sig, 64, memset(s, 0xff, 64));
	CASE("halves swapped", sig, 64, memcpy(s, raw + 32, 32); memcpy(s + 32, raw, 32));
	CASE("r twice", sig, 64, memcpy(s + 32, raw, 32));
	CASE("bytes reversed", sig, 64, for (int i = 0; i < 64; i++) s[i] = raw[63 - i]);
	CASE("DER instead of raw", sig64, der.len, memcpy(s, der.at, der.len));
	CASE("DER cut to 64 bytes", sig, 64, memcpy(s, der.at, 64));
	CASE("empty", sig64, 0, (void)0);
	CASE("32 bytes", sig64, 32, (void)0);
	CASE("63 bytes", sig64, 63, (void)0);
	CASE("65 bytes", sig64, 65, (void)0);
	CASE("96 bytes, as ES384", sig64, 96, (void)0);
	CASE("132 bytes, as ES512", sig64, 132, (void)0);
	forge_raw(forge_der(f->arena, other, input), raw);
	CASE("another key", sig, 64, (void)0);
	forge_raw(forge_der(f->arena, signer(f)->key, STR("something else")), raw);
	CASE("signature of something else", sig, 64, (void)0);
	forge_raw(forge_der(f->arena, signer(f)->key, forge_segment(f->arena, good_claims(f->arena))), raw);
	CASE("signature of the claims alone", sig, 64, (void)0);
#undef CASE
	EVP_PKEY_free(other);
}

/* The public key is public: as a secret for HMAC it must open nothing, whatever the header says. */
static void public_key_as_secret(void **state)
{
	struct forge *f = F(state);
	BIO *bio = BIO_new(BIO_s_mem());
	unsigned char *spki = NULL, mac[EVP_MAX_MD_SIZE], point[65];
	size_t npoint;
	char *pem;

	assert_int_equal(PEM_write_bio_PUBKEY(bio, signer(f)->key), 1);
	assert_int_equal(
		EVP_PKEY_get_octet_string_param(signer(f)->key, "pub", point, sizeof point, &npoint), 1);
	long npem = BIO_get_mem_data(bio, &pem);
	int nspki = i2d_PUBKEY(signer(f)->key, &spki);
	const struct str secrets[] = {
		{pem, (size_t)npem},
		{(char *)spki, (size_t)nspki},
		{(char *)point, npoint},
		f->keys->token.jwks,
		STR(""),
		str_of(signer(f)->kid),
	};
	static const struct {
		const char *name, *reason;
	} algs[] = {{"HS256", alg}, {"ES256", sig64}};

	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		for (size_t k = 0; k < 2; k++) {
			struct str secret = secrets[i];
			struct str input = forge_signing_input(f->arena,
				arena_printf(f->arena, "{\"alg\":\"%s\",\"typ\":\"JWT\",\"kid\":\"%s\"}",
					algs[k].name, signer(f)->kid),
				good_claims(f->arena));
			unsigned len;

			HMAC(EVP_sha256(), secret.at, (int)secret.len, (const unsigned char *)input.at,
				input.len, mac, &len);
			refused(f, forge_join(f->arena, input, mac, len), algs[k].reason,
				"HMAC with a public value");
		}
	OPENSSL_free(spki);
	BIO_free(bio);
}

static void rsa_and_ed25519(void **state)
{
	struct forge *f = F(state);
	EVP_PKEY *rsa = EVP_RSA_gen(2048), *ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	const struct {
		EVP_PKEY *key;
		const EVP_MD *digest;
		const char *name, *reason;
	} table[] = {
		{rsa, EVP_sha256(), "RS256", alg},
		{rsa, EVP_sha256(), "ES256", sig64},
		{ed, NULL, "EdDSA", alg},
		{ed, NULL, "ES256", sig},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct str input = forge_signing_input(f->arena,
			arena_printf(f->arena, "{\"alg\":\"%s\",\"typ\":\"JWT\",\"kid\":\"%s\"}",
				table[i].name, signer(f)->kid),
			good_claims(f->arena));
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();
		unsigned char bytes[512];
		size_t len = sizeof bytes;

		assert_int_equal(EVP_DigestSignInit(ctx, NULL, table[i].digest, NULL, table[i].key), 1);
		assert_int_equal(
			EVP_DigestSign(ctx, bytes, &len, (const unsigned char *)input.at, input.len), 1);
		refused(f, forge_join(f->arena, input, bytes, len), table[i].reason, table[i].name);
		EVP_MD_CTX_free(ctx);
	}
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ed);
}

/* Each bit of the signature, and each symbol of header and claims. */
static void no_changed_token_passes(void **state)
{
	struct forge *f = F(state);
	struct str token = good_token(f);
	struct str input = forge_signing_input(f->arena, good_header(f), good_claims(f->arena));
	struct token_claims claims;
	uint8_t raw[64];

	forge_raw(forge_der(f->arena, signer(f)->key, input), raw);
	for (unsigned bit = 0; bit < 512; bit++) {
		raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_string_equal(check(f, forge_join(f->arena, input, raw, sizeof raw), &claims), sig);
		raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_null(check(f, forge_join(f->arena, input, raw, sizeof raw), &claims));
	for (size_t i = 0; i < token.len; i++)
		for (const char *c = "A-_.=z"; *c; c++)
			if (token.at[i] != *c)
				assert_non_null(check(f, replace(f->arena, token, i, *c), &claims));
	for (size_t len = 0; len < token.len; len++)
		assert_non_null(check(f, (struct str){token.at, len}, &claims));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_around),
		cmocka_unit_test(pieces),
		cmocka_unit_test(encodings),
		cmocka_unit_test(sizes),
		cmocka_unit_test(signatures),
		cmocka_unit_test(public_key_as_secret),
		cmocka_unit_test(rsa_and_ed25519),
		cmocka_unit_test(no_changed_token_passes),
	};

	return cmocka_run_group_tests(tests, forge_setup, forge_teardown);
}
