/* The gate for ID tokens, and the key sets that it goes by: our own set is read back, a token of each algorithm
 * passes, and each one with a single thing changed is refused for the reason that it was made for. */
#include "good.h"

#include <jansson.h>
#include <openssl/rsa.h>

#include "auth/id_token.h"
#include "auth/jwk.h"
#include "auth/rs256.h"
#include "base/digest.h"
#include "shape/gate.h"

#define CLIENT "tiepdan"
#define NONCE  "n-0S6_WzA2Mj"

/* Signed by hand, as a provider would. */
static struct str rs256_token(struct arena *arena, EVP_PKEY *key, struct str header, struct str claims)
{
	struct str input = forge_signing_input(arena, header, claims);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char signature[RS256_SIGNATURE_MAX];
	size_t len = sizeof signature;

	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestSign(ctx, signature, &len, (const unsigned char *)input.at, input.len), 1);
	EVP_MD_CTX_free(ctx);
	return forge_join(arena, input, signature, len);
}

static const struct member id_good[] = {
	{"iss", "\"" ISSUER "\""},
	{"aud", "\"" CLIENT "\""},
	{"sub", "\"248289761001\""},
	{"nonce", "\"" NONCE "\""},
	{"iat", "1799999990"},
	{"exp", "1800000600"},
};

static struct str id_claims(struct arena *arena, const char *name, const char *value)
{
	struct buf b = {.arena = arena};
	bool known = false;

	for (unsigned i = 0; i < sizeof id_good / sizeof *id_good; i++) {
		bool this = strcmp(id_good[i].name, name) == 0;

		known |= this;
		if (!this || value)
			buf_printf(&b, "%s\"%s\":%s", b.len ? "," : "{", id_good[i].name,
				this ? value : id_good[i].value);
	}
	if (!known && value)
		buf_printf(&b, ",\"%s\":%s", name, value);
	buf_byte(&b, '}');
	return arena_str(arena, buf_str(&b));
}

static const char *judge(struct forge *f, const struct jws_key *keys, unsigned n, struct str token)
{
	const struct id_token_rules rules = {.keys = keys,
		.nkeys = n,
		.issuer = ISSUER,
		.client_id = CLIENT,
		.nonce = STR(NONCE),
		.access_token = STR("at"),
		.now_ms = NOW * 1000 + 500};
	const json_t *claims;

	return id_token_check(f->arena, &rules, token, &claims);
}

static void expect(const char *said, const char *reason, const char *what)
{
	forged += reason != NULL;
	if (said != reason && (!said || !reason || strcmp(said, reason) != 0))
		fail_msg("%s: expected \"%s\", got \"%s\"", what, reason ? reason : "good",
			said ? said : "good");
}

/* The set that we publish, read as somebody else would. */
static unsigned own_keys(struct forge *f, struct jws_key *ret, unsigned max)
{
	struct shape_refusal refusal;

	return jwk_read(f->arena, shape_parse(f->arena, f->keys->token.jwks, &refusal), ret, max);
}

static void our_own_set_is_read_back(void **state)
{
	struct forge *f = F(state);
	struct jws_key key[2];

	assert_int_equal(own_keys(f, key, 2), 1);
	assert_string_equal(key[0].kid, signer(f)->kid);
	assert_int_equal(key[0].alg, JWS_ES256);
	assert_int_equal(EVP_PKEY_eq(key[0].key, signer(f)->key), 1);
	assert_int_equal(own_keys(f, key, 0), 0);
}

static void claims(void **state)
{
	static const struct {
		const char *name, *value, *reason;
	} table[] = {
		{"x", "1", NULL},
		{"aud", "[\"" CLIENT "\"]", NULL},
		{"azp", "\"" CLIENT "\"", NULL},
		{"nbf", "1800000030", NULL},
		{"iat", "1800000030", NULL},
		{"iss", "\"" ISSUER "/\"", "iss is somebody else"},
		{"iss", NULL, "iss is somebody else"},
		{"aud", "\"other\"", "aud is somebody else"},
		{"aud", "[]", "aud is somebody else"},
		{"aud", "[\"" CLIENT "\",\"other\"]", "azp is somebody else"},
		{"azp", "\"other\"", "azp is somebody else"},
		{"exp", "1800000000", "expired"},
		{"exp", "1800000000.5", "exp, iat or nbf is no time"},
		{"exp", "1e300", "exp, iat or nbf is no time"},
		{"iat", NULL, "exp, iat or nbf is no time"},
		{"iat", "1800000100", "issued in the future"},
		{"nbf", "1800000100", "not valid yet"},
		{"nbf", "null", "exp, iat or nbf is no time"},
		{"nonce", "\"n-0S6_WzA2Mk\"", "nonce is that of another sign-in"},
		{"nonce", NULL, "nonce is that of another sign-in"},
		{"at_hash", "\"AAAA\"", "at_hash is that of another access token"},
		{"at_hash", "null", "at_hash is that of another access token"},
		{"sub", "\"\"", "sub is nobody"},
		{"sub", "5", "sub is nobody"},
	};
	struct forge *f = F(state);
	struct jws_key key[2];
	unsigned n = own_keys(f, key, 2);

	for (unsigned i = 0; i < sizeof table / sizeof *table; i++)
		expect(judge(f, key, n,
			       forge_token(f->arena, signer(f)->key, good_header(f),
				       id_claims(f->arena, table[i].name, table[i].value))),
			table[i].reason, table[i].name);
}

static void headers(void **state)
{
	static const char other[] = "header has other members", alg[] = "alg is neither RS256 nor ES256";
	static const struct {
		const char *reason, *header;
	} table[] = {
		{NULL, "{\"alg\":\"ES256\"}"},
		{NULL, "{\"alg\":\"ES256\",\"kid\":\"$\",\"x5t\":\"AA\"}"},
		{alg, "{\"alg\":\"none\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"HS256\",\"kid\":\"$\"}"},
		{alg, "{\"kid\":\"$\"}"},
		{alg, "[]"},
		{other, "{\"alg\":\"ES256\",\"kid\":\"$\",\"jku\":\"x\"}"},
		{other, "{\"alg\":\"ES256\",\"kid\":\"$\",\"crit\":[\"exp\"]}"},
		{other, "{\"alg\":\"ES256\",\"kid\":5}"},
		{"typ is not JWT", "{\"alg\":\"ES256\",\"kid\":\"$\",\"typ\":\"at+jwt\"}"},
		{id_token_no_key, "{\"alg\":\"RS256\",\"kid\":\"$\"}"},
		{id_token_no_key, "{\"alg\":\"ES256\",\"kid\":\"other\"}"},
		{id_token_no_key, "{\"alg\":\"ES256\",\"kid\":\"\"}"},
	};
	struct forge *f = F(state);
	struct jws_key key[2];
	unsigned n = own_keys(f, key, 2);

	for (unsigned i = 0; i < sizeof table / sizeof *table; i++)
		expect(judge(f, key, n,
			       forge_token(f->arena, signer(f)->key, header_of(f, table[i].header),
				       id_claims(f->arena, "", NULL))),
			table[i].reason, table[i].header);
	key[1] = key[0];
	expect(judge(f, key, 2,
		       forge_token(f->arena, signer(f)->key, STR("{\"alg\":\"ES256\"}"),
			       id_claims(f->arena, "", NULL))),
		id_token_no_key, "two keys, and no kid");
}

/* Every byte of the signature, every length, and keys of other sizes. */
static void rsa(void **state)
{
	struct forge *f = F(state);
	EVP_PKEY *pair = EVP_RSA_gen(2048);
	struct jws_key key = {.kid = "r", .alg = JWS_RS256, .key = pair};
	struct str header = STR("{\"alg\":\"RS256\",\"kid\":\"r\"}"), all = id_claims(f->arena, "", NULL);
	struct str token = rs256_token(f->arena, pair, header, all);
	struct str input = forge_signing_input(f->arena, header, all);
	struct str text = {token.at + input.len + 1, token.len - input.len - 1};
	struct str raw = digest_b64url_decode(f->arena, text);
	uint8_t bytes[RS256_SIGNATURE_MAX] = {0};

	expect(judge(f, &key, 1, token), NULL, "good");
	assert_int_equal(raw.len, 256);
	for (unsigned i = 0; i < 256; i++) {
		memcpy(bytes, raw.at, 256);
		bytes[i] ^= (uint8_t)(1u << i % 8);
		expect(judge(f, &key, 1, forge_join(f->arena, input, bytes, 256)), "signature is wrong",
			"bit");
	}
	memcpy(bytes, raw.at, 256);
	static const size_t sizes[] = {0, 1, 64, 255, 257, 1024};
	for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
		expect(judge(f, &key, 1, forge_join(f->arena, input, bytes, sizes[i])), "signature is wrong",
			"size");
	memset(bytes, 0xff, sizeof bytes);
	expect(judge(f, &key, 1, forge_join(f->arena, input, bytes, 256)), "signature is wrong", "above n");
	EVP_PKEY_free(pair);
}

static unsigned read_set(struct forge *f, const char *jwk)
{
	struct shape_refusal refusal;
	struct str text = arena_printf(f->arena, "{\"keys\":[%s]}", jwk);
	struct jws_key key;

	return jwk_read(f->arena, shape_parse(f->arena, text, &refusal), &key, 1);
}

/* The point of RFC 7515 appendix A.3, and what is none. */
static void points(void **state)
{
#define X "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\""
#define Y "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
	static const char *const none[] = {"{}", "5", "null", "[]", "{\"kty\":\"EC\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-384\"," X "," Y "}", "{\"kty\":\"EC\",\"crv\":\"P-256\"," X "}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\"," X ",\"y\":\"AAAA\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\"," X
		",\"y\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\"," X "," Y ",\"use\":\"enc\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\"," X "," Y ",\"alg\":\"RS256\"}",
		"{\"kty\":\"RSA\",\"n\":\"AAAA\",\"e\":\"AQAB\"}", "{\"kty\":\"oct\",\"k\":\"AAAA\"}"};
	struct forge *f = F(state);

	assert_int_equal(read_set(f, "{\"kty\":\"EC\",\"crv\":\"P-256\"," X "," Y "}"), 1);
	for (unsigned i = 0; i < sizeof none / sizeof *none; i++)
		if (read_set(f, none[i]) != 0)
			fail_msg("taken: %s", none[i]);
}

static int count(void **state)
{
	(void)state;
	print_message("%u forged ID tokens refused\n", forged);
	return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, forge_setup, forge_teardown)
	const struct CMUnitTest tests[] = {
		TEST(our_own_set_is_read_back), TEST(claims), TEST(headers), TEST(rsa), TEST(points)};

	return cmocka_run_group_tests(tests, NULL, count);
}
