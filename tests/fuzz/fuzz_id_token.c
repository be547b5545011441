/* Any bytes as an ID token of a provider: what passes was signed by a key of its set, has a plain header, and
 * says what the sign-in needs. The first byte chooses as in fuzz_token.c: 't' a token as it comes; 'h' a header
 * and 'c' claims in JSON, signed here by the right key. */
#include "signed.h"

#include <jansson.h>

#include "auth/id_token.h"
#include "shape/shape.h"

#define ISSUER "https://id.example"
#define CLIENT "tiepdan"
#define NONCE  "n-0S6_WzA2Mj"
#define NOW_MS INT64_C(1800000000000)
#define HEADER "{\"alg\":\"ES256\",\"kid\":\"fuzz\"}"
#define CLAIMS                                                                                               \
	"{\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT                                                          \
	"\",\"exp\":1800000600,\"iat\":1799999990,\"nonce\":\"" NONCE "\",\"sub\":\"24400320\"}"

/* Two of one algorithm, so that a token without a kid finds none. */
static struct jws_key keys[2] = {{.kid = "fuzz", .alg = JWS_ES256}, {.kid = "other", .alg = JWS_ES256}};
static const struct id_token_rules rules = {.keys = keys,
	.nkeys = 2,
	.issuer = ISSUER,
	.client_id = CLIENT,
	.nonce = {NONCE, sizeof(NONCE) - 1},
	.now_ms = NOW_MS};

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str sign(struct arena *arena, struct str header, struct str claims)
{
	return signed_token(arena, keys[0].key, header, claims);
}

static bool says(const json_t *object, const char *name, const char *text)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value && strcmp(value, text) == 0;
}

static void check_header(struct str header)
{
	json_t *tree = json_loadb(header.at, header.len, 0, NULL);
	size_t plain = 2;

	must(says(tree, "alg", "ES256") && (says(tree, "kid", "fuzz") || says(tree, "kid", "other")));
	plain += json_object_get(tree, "typ") != NULL;
	plain += json_object_get(tree, "x5t") != NULL;
	plain += json_object_get(tree, "x5t#S256") != NULL;
	must(json_object_size(tree) == plain);
	json_decref(tree);
}

static void check_claims(struct str text)
{
	json_t *tree = json_loadb(text.at, text.len, 0, NULL), *aud = json_object_get(tree, "aud");
	bool ours = says(tree, "aud", CLIENT);

	for (size_t i = 0; i < json_array_size(aud); i++)
		ours = ours || (json_string_value(json_array_get(aud, i)) &&
				       strcmp(json_string_value(json_array_get(aud, i)), CLIENT) == 0);
	must(ours && says(tree, "iss", ISSUER) && says(tree, "nonce", NONCE));
	must(json_array_size(aud) <= 1 || says(tree, "azp", CLIENT));
	must(!json_object_get(tree, "azp") || says(tree, "azp", CLIENT));
	must(json_integer_value(json_object_get(tree, "exp")) > NOW_MS / 1000);
	must(json_integer_value(json_object_get(tree, "iat")) <= (NOW_MS + ID_TOKEN_SKEW_MS) / 1000);
	must(json_integer_value(json_object_get(tree, "nbf")) <= (NOW_MS + ID_TOKEN_SKEW_MS) / 1000);
	size_t len = json_string_length(json_object_get(tree, "sub"));
	must(len > 0 && len <= ID_TOKEN_SUBJECT_MAX);
	json_decref(tree);
}

/* There is one text that the key has signed outside of this run: HEADER and CLAIMS. */
static void check_token(struct arena *arena, struct str token)
{
	struct str h = digest_b64url(arena, STR(HEADER)), c = digest_b64url(arena, STR(CLAIMS));

	must(str_starts(token, arena_printf(arena, "%.*s.%.*s.", STR_ARG(h), STR_ARG(c))));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct arena *arena = arena_new();
	const json_t *claims;

	(void)argc, (void)argv;
	shape_init();
	keys[0].key = keys[1].key = es256_read(STR(signed_pem));
	must(keys[0].key);
	must(id_token_check(arena, &rules, sign(arena, STR(HEADER), STR(CLAIMS)), &claims) == NULL);
	arena_free(arena);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str input = {(const char *)data + 1, size - 1}, token = input;
	const json_t *claims;
	struct arena *arena;

	if (size == 0)
		return -1;
	arena = arena_new();
	if (data[0] == 'h')
		token = sign(arena, input, STR(CLAIMS));
	else if (data[0] == 'c')
		token = sign(arena, STR(HEADER), input);
	if (id_token_check(arena, &rules, token, &claims) == NULL) {
		if (data[0] == 'h')
			check_header(input);
		else if (data[0] == 'c')
			check_claims(input);
		else
			check_token(arena, token);
	}
	arena_free(arena);
	return 0;
}
