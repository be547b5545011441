/* Any bytes as a token: whatever passes the gate was signed by our key, and says what the gate says it says.
 * The first byte chooses: 't' a token as it comes; 'h' a header and 'c' claims in JSON, signed here by the
 * right key, because no mutation would ever get behind the signature by itself. */
#include "signed.h"

#include <jansson.h>

#include "auth/gate.h"
#include "auth/role.h"
#include "shape/shape.h"

#define ISSUER "https://tiepdan.example"
#define NOW_MS INT64_C(1800000000000)
#define KID    "fuzz"
#define HEADER "{\"alg\":\"ES256\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}"
#define CLAIMS                                                                                               \
	"{\"aud\":\"" ISSUER "\",\"dept\":7,\"exp\":1800000600,\"iat\":1799999990,\"iss\":\"" ISSUER         \
	"\",\"nbf\":1799999990,\"roles\":[\"officer\"],\"sid\":\"01890a5d-ac96-774b-bcce-b302099a8058\","    \
	"\"sub\":\"01890a5d-ac96-774b-bcce-b302099a8057\"}"

static struct keys keys;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str sign(struct arena *arena, struct str header, struct str claims)
{
	return signed_token(arena, keys.token.at[0].key, header, claims);
}

/* There is one text that our key has signed outside of this run: HEADER and CLAIMS. */
static void check_token(struct arena *arena, struct str token)
{
	struct str h = digest_b64url(arena, STR(HEADER)), c = digest_b64url(arena, STR(CLAIMS));

	must(str_starts(token, arena_printf(arena, "%.*s.%.*s.", STR_ARG(h), STR_ARG(c))));
}

static bool says(const json_t *object, const char *name, const char *text)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value && strcmp(value, text) == 0;
}

static void check_header(struct str header)
{
	json_t *tree = json_loadb(header.at, header.len, 0, NULL);

	must(json_object_size(tree) == 3);
	must(says(tree, "alg", "ES256") && says(tree, "typ", "JWT") && says(tree, "kid", KID));
	json_decref(tree);
}

static void check_claims(struct str text, const struct token_claims *claims)
{
	json_t *tree = json_loadb(text.at, text.len, 0, NULL);
	char id[UUID_TEXT_SIZE];

	must(says(tree, "iss", ISSUER) && says(tree, "aud", ISSUER));
	must(claims->expires_ms > NOW_MS);
	must(claims->expires_ms == json_integer_value(json_object_get(tree, "exp")) * 1000);
	must(json_integer_value(json_object_get(tree, "nbf")) * 1000 <= NOW_MS + GATE_SKEW_MS);
	must(json_integer_value(json_object_get(tree, "iat")) * 1000 <= NOW_MS + GATE_SKEW_MS);
	uuid_format(&claims->who.account, id);
	must(str_eq_nocase(str_of(id), str_of(json_string_value(json_object_get(tree, "sub")))));
	uuid_format(&claims->who.session, id);
	must(str_eq_nocase(str_of(id), str_of(json_string_value(json_object_get(tree, "sid")))));
	must(claims->who.department == json_integer_value(json_object_get(tree, "dept")));
	must((claims->who.roles & ~(role_set)STAFF) == 0);
	must((size_t)__builtin_popcount(claims->who.roles) ==
		json_array_size(json_object_get(tree, "roles")));
	must(claims->who.kind == WHO_STAFF && !uuid_is_nil(&claims->who.account));
	json_decref(tree);
}

/* What is signed here passes: otherwise nothing would be tried behind the signature. */
static void check_own(void)
{
	const struct gate gate = {&keys, ISSUER, NOW_MS};
	struct arena *arena = arena_new();
	struct token_claims claims;

	must(gate_check(&gate, sign(arena, STR(HEADER), STR(CLAIMS)), &claims) == NULL);
	arena_free(arena);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	shape_init();
	keys.token.n = 1;
	memcpy(keys.token.at[0].kid, KID, sizeof KID);
	keys.token.at[0].key = es256_read(STR(signed_pem));
	must(keys.token.at[0].key);
	keys.token.signs = &keys.token.at[0];
	check_own();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct gate gate = {&keys, ISSUER, NOW_MS};
	struct str input = {(const char *)data + 1, size - 1}, token = input;
	struct token_claims claims;
	struct arena *arena;

	if (size == 0)
		return -1;
	arena = arena_new();
	if (data[0] == 'h')
		token = sign(arena, input, STR(CLAIMS));
	else if (data[0] == 'c')
		token = sign(arena, STR(HEADER), input);
	if (gate_check(&gate, token, &claims) == NULL) {
		if (data[0] == 'h')
			check_header(input);
		else if (data[0] == 'c')
			check_claims(input, &claims);
		else
			check_token(arena, token);
	}
	arena_free(arena);
	return 0;
}
