/* The token gate against good signatures over bad headers and claims: each is refused, and for the reason
 * that it was made for. */
#include "good.h"

static const char alg[] = "alg is not ES256";
static const char typ[] = "typ is not JWT";
static const char kid[] = "kid is not known";
static const char more[] = "header has other members";
static const char not_json[] = "header is not JSON";
static const char claims_json[] = "claims are not JSON";
static const char times[] = "exp, nbf or iat is no time";
static const char iss[] = "iss is somebody else";
static const char aud[] = "aud is somebody else";
static const char sub[] = "sub is no account";
static const char sid[] = "sid is no session";
static const char roles[] = "roles are not ours";
static const char dept[] = "dept is no department";

/* --- tests ------------------------------------------------------------------------------------------------
 */

static void a_good_token_passes(void **state)
{
	struct token_claims claims;
	struct uuid account;

	assert_null(check(F(state), good_token(F(state)), &claims));
	assert_int_equal(claims.who.kind, WHO_STAFF);
	assert_true(uuid_parse(STR(ACCOUNT), &account));
	assert_true(uuid_eq(&claims.who.account, &account));
	assert_int_equal(claims.who.session.byte[15], 0x58);
	assert_int_equal(claims.who.roles, OFFICER | HEAD);
	assert_int_equal(claims.who.department, 7);
	assert_int_equal(claims.expires_ms, INT64_C(1800000600000));
}

/* A citizen has a kind, and nothing that staff have. */
static void citizens(void **state)
{
#define WHOSE                                                                                                \
	"{\"iss\":\"" ISSUER "\",\"aud\":\"" ISSUER "\",\"sub\":\"" ACCOUNT "\",\"sid\":\"" SESSION          \
	"\",\"iat\":1799999990,\"nbf\":1799999990,\"exp\":1800000600"
	static const char kind[] = "kind is not ours", both[] = "a citizen with roles or dept";
	static const struct {
		const char *claims, *reason;
	} cases[] = {{WHOSE ",\"kind\":\"staff\"}", kind}, {WHOSE ",\"kind\":\"Citizen\"}", kind},
		{WHOSE ",\"kind\":null}", kind}, {WHOSE ",\"kind\":[\"citizen\"]}", kind},
		{WHOSE ",\"kind\":\"citizen\",\"roles\":[]}", both},
		{WHOSE ",\"kind\":\"citizen\",\"dept\":7}", both}, {WHOSE "}", "roles are not ours"}};
	const struct forge *f = F(state);
	struct token_claims claims;
	struct str fine = STR(WHOSE ",\"kind\":\"citizen\"}");

	assert_null(check(f, forge_token(f->arena, signer(f)->key, good_header(f), fine), &claims));
	assert_int_equal(claims.who.kind, WHO_CITIZEN);
	assert_int_equal(claims.who.account.byte[15], 0x57);
	assert_int_equal(claims.who.session.byte[15], 0x58);
	assert_int_equal(claims.who.roles, 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		refused(f, forge_token(f->arena, signer(f)->key, good_header(f), str_of(cases[i].claims)),
			cases[i].reason, cases[i].claims);
#undef WHOSE
}

/* Signed by the right key: only the header is at fault. */
static void headers(void **state)
{
	static const struct {
		const char *reason, *text;
	} table[] = {
		{alg, "{\"alg\":\"none\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"None\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"NONE\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"nOnE\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":null,\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":256,\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":[\"ES256\"],\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":{\"ES256\":1},\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":true,\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"es256\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"ES256 \",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\" ES256\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"ES256K\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"ES384\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"ES512\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"HS384\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"HS512\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"PS256\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"kid\":\"$\"}"},
		{alg, "{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"kid\":\"$\"}"},
		{alg, "{\"Alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{alg, "{}"},
		{alg, "[]"},
		{alg, "\"ES256\""},
		{alg, "null"},
		{alg, "256"},
		{alg, "[{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\"}]"},
		{typ, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"$\"}"},
		{typ, "{\"alg\":\"ES256\",\"typ\":\"jwt\",\"kid\":\"$\"}"},
		{typ, "{\"alg\":\"ES256\",\"typ\":\"JWT \",\"kid\":\"$\"}"},
		{typ, "{\"alg\":\"ES256\",\"typ\":\"application/jwt\",\"kid\":\"$\"}"},
		{typ, "{\"alg\":\"ES256\",\"typ\":\"id+jwt\",\"kid\":\"$\"}"},
		{typ, "{\"alg\":\"ES256\",\"typ\":\"logout+jwt\",\"kid\":\"$\"}"},
		{typ, "{\"alg\":\"ES256\",\"typ\":\"JOSE\",\"kid\":\"$\"}"},
		{typ, "{\"alg\":\"ES256\",\"typ\":\"\",\"kid\":\"$\"}"},
		{typ, "{\"alg\":\"ES256\",\"typ\":null,\"kid\":\"$\"}"},
		{typ, "{\"alg\":\"ES256\",\"kid\":\"$\"}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\"}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"\"}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":null}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":0}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":[\"$\"]}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$ \"}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$$\"}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"20200101000000000-0000\"}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"../../../../dev/null\"}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"../token-$.pem\"}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"/proc/sys/kernel/randomize_va_space\"}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"x' union select 'key' --\"}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"|id\"}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"https://evil.example/key\"}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"*\"}"},
		{kid, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"KID\":\"$\"}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-"
		       "256\"}}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"jku\":\"https://evil.example/"
		       "jwks\"}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"jku\":\"http://127.0.0.1:1/"
		       "jwks\"}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"x5u\":\"https://evil.example/"
		       "cert\"}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"x5c\":[\"MIIB\"]}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"x5t\":\"dGVzdA\"}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"x5t#S256\":\"dGVzdA\"}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"crit\":[\"exp\"]}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"crit\":[]}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"crit\":[\"b64\"],\"b64\":false}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"b64\":false}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"zip\":\"DEF\"}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"enc\":\"A256GCM\"}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"cty\":\"JWT\"}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"p2c\":2147483647}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"iss\":\"" ISSUER "\"}"},
		{more, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"\":0}"},
		{not_json, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"alg\":\"none\"}"},
		{not_json, "{\"alg\":\"none\",\"typ\":\"JWT\",\"kid\":\"$\",\"alg\":\"ES256\"}"},
		{not_json, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"x\",\"kid\":\"$\"}"},
		{not_json, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"\\u0061lg\":\"none\"}"},
		{not_json, "{\"alg\":\"ES256\\u0000\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{not_json, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\"} {}"},
		{not_json, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\"}x"},
		{not_json, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",}"},
		{not_json, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\""},
		{not_json, "{'alg':'ES256','typ':'JWT','kid':'$'}"},
		{not_json, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\",\"x\":\"\xc0\xaf\"}"},
		{not_json, "\xef\xbb\xbf{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"$\"}"},
		{not_json, "{\"a\":[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]}"},
		{not_json, ""},
		{not_json, "null null"},
	};
	struct forge *f = F(state);

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		refused(f,
			forge_token(
				f->arena, signer(f)->key, header_of(f, table[i].text), good_claims(f->arena)),
			table[i].reason, table[i].text);
}

/* Signed by the right key under a good header: only a claim is at fault. */
static void claims(void **state)
{
	static const struct {
		const char *reason, *name, *value;
	} table[] = {
		{iss, "iss", NULL},
		{iss, "iss", "\"https://tiepdan.example/\""},
		{iss, "iss", "\"https://TIEPDAN.example\""},
		{iss, "iss", "\"http://tiepdan.example\""},
		{iss, "iss", "\"https://tiepdan.example.evil.example\""},
		{iss, "iss", "\"\""},
		{iss, "iss", "null"},
		{iss, "iss", "[\"" ISSUER "\"]"},
		{aud, "aud", NULL},
		{aud, "aud", "\"https://other.example\""},
		{aud, "aud", "[\"" ISSUER "\"]"},
		{aud, "aud", "[\"" ISSUER "\",\"https://other.example\"]"},
		{aud, "aud", "[]"},
		{aud, "aud", "\"\""},
		{aud, "aud", "true"},
		{"expired", "exp", "1800000000"},
		{"expired", "exp", "1799999999"},
		{"expired", "exp", "1"},
		{times, "exp", NULL},
		{times, "exp", "0"},
		{times, "exp", "-1"},
		{times, "exp", "\"1800000600\""},
		{times, "exp", "1800000600.5"},
		{times, "exp", "1.8000006e9"},
		{times, "exp", "null"},
		{times, "exp", "true"},
		{times, "exp", "[1800000600]"},
		{times, "exp", "253402300800"},
		{times, "exp", "9223372036854775807"},
		{claims_json, "exp", "9223372036854775808"},
		{claims_json, "exp", "1e999"},
		{claims_json, "exp", "NaN"},
		{claims_json, "exp", "0x6b49d200"},
		{claims_json, "exp", "1799999999,\"exp\":1800000600"},
		{claims_json, "exp", "1800000600,\"\\u0065xp\":1900000000"},
		{"not valid yet", "nbf", "1800000061"},
		{"not valid yet", "nbf", "1800000599"},
		{times, "nbf", NULL},
		{times, "nbf", "\"0\""},
		{times, "nbf", "0"},
		{times, "nbf", "false"},
		{"issued in the future", "iat", "1800000061"},
		{times, "iat", NULL},
		{times, "iat", "\"1799999990\""},
		{times, "iat", "1799999990.0"},
		{times, "iat", "-1799999990"},
		{sub, "sub", NULL},
		{sub, "sub", "\"\""},
		{sub, "sub", "\"admin\""},
		{sub, "sub", "1"},
		{sub, "sub", "null"},
		{sub, "sub", "\"00000000-0000-0000-0000-000000000000\""},
		{sub, "sub", "\"{" ACCOUNT "}\""},
		{sub, "sub", "\"" ACCOUNT " \""},
		{sub, "sub", "\"01890a5dac96774bbcceb302099a8057\""},
		{sub, "sub", "\"01890a5d-ac96-774b-bcce-b302099a805g\""},
		{sub, "sub", "[\"" ACCOUNT "\"]"},
		{sid, "sid", NULL},
		{sid, "sid", "\"\""},
		{sid, "sid", "\"00000000-0000-0000-0000-000000000000\""},
		{sid, "sid", "7"},
		{roles, "roles", NULL},
		{roles, "roles", "null"},
		{roles, "roles", "\"admin\""},
		{roles, "roles", "{\"admin\":true}"},
		{roles, "roles", "[\"root\"]"},
		{roles, "roles", "[\"Admin\"]"},
		{roles, "roles", "[\"admin \"]"},
		{roles, "roles", "[\"\"]"},
		{roles, "roles", "[4096]"},
		{roles, "roles", "[null]"},
		{roles, "roles", "[[\"admin\"]]"},
		{roles, "roles", "[\"officer\",\"officer\"]"},
		{roles, "roles", "[\"officer\",\"superuser\"]"},
		{dept, "dept", NULL},
		{dept, "dept", "\"7\""},
		{dept, "dept", "-1"},
		{dept, "dept", "7.0"},
		{dept, "dept", "null"},
		{dept, "dept", "[7]"},
		{claims_json, "dept", "7,\"dept\":8"},
		{claims_json, "extra", "\"\\u0000\""},
		{claims_json, "extra", "\"\xff\""},
		{claims_json, "extra", "[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]"},
		{claims_json, "extra", "1}{"},
		{claims_json, "extra", "\"\\ud800\""},
	};
	static const char *const no_objects[] = {"[]", "null", "\"" ISSUER "\"", "1", "{}"};
	struct forge *f = F(state);

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		refused(f,
			forge_token(f->arena, signer(f)->key, good_header(f),
				claims_with(f->arena, table[i].name, table[i].value)),
			table[i].reason, table[i].value ? table[i].value : table[i].name);
	for (size_t i = 0; i < sizeof no_objects / sizeof no_objects[0]; i++)
		refused(f, forge_token(f->arena, signer(f)->key, good_header(f), str_of(no_objects[i])), iss,
			no_objects[i]);
	refused(f, forge_token(f->arena, signer(f)->key, good_header(f), STR("")), claims_json, "no claims");
}

static void edges_of_time(void **state)
{
	static const struct member passing[] = {
		{"exp", "1800000001"},
		{"exp", "253402300799"},
		{"nbf", "1800000060"},
		{"nbf", "1"},
		{"iat", "1800000060"},
		{"iat", "1"},
		{"roles", "[]"},
		{"dept", "0"},
		{"acr", "\"loa3\""},
	};
	struct token_claims claims;
	struct forge *f = F(state);

	for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++)
		assert_null(check(f,
			forge_token(f->arena, signer(f)->key, good_header(f),
				claims_with(f->arena, passing[i].name, passing[i].value)),
			&claims));
	refused(f,
		forge_token(f->arena, signer(f)->key, good_header(f),
			claims_with(f->arena, "exp",
				"1800000010,\"nbf\":1,\"iat\":1800000010,\"x\":{\"iat\":1}")),
		claims_json, "a member hidden behind another");
	refused(f,
		forge_token(f->arena, signer(f)->key, good_header(f),
			arena_printf(f->arena,
				"{\"iss\":\"%s\",\"aud\":\"%s\",\"iat\":1800000050,\"nbf\":1,\"exp\":"
				"1800000050}",
				ISSUER, ISSUER)),
		"expires before it was issued", "exp = iat");
}

static void at_least_120_forgeries(void **state)
{
	(void)state;
	print_message("%u forged tokens refused, each for its own reason\n", forged);
	assert_true(forged >= 120);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_token_passes),
		cmocka_unit_test(citizens),
		cmocka_unit_test(headers),
		cmocka_unit_test(claims),
		cmocka_unit_test(edges_of_time),
		cmocka_unit_test(at_least_120_forgeries),
	};

	return cmocka_run_group_tests(tests, forge_setup, forge_teardown);
}
