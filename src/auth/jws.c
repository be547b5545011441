/* The strict reader of signed tokens. */
#include "auth/jws.h"

#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "auth/es256.h"
#include "auth/rs256.h"
#include "shape/gate.h"

enum {
	CLAIMS_MAX = JWS_TOKEN_MAX / 4 * 3,
};

/* 31 December 9999: later instants have no text in RFC 3339, and in milliseconds these cannot overflow. */
static const int64_t SECONDS_MAX = INT64_C(253402300799);

const char jws_no_memory[] = "memory is out";

struct segments {
	struct str header, claims, signature;
	struct str signed_part; /* header and claims with the dot between them */
};

static const char *split(struct str token, struct segments *ret)
{
	const char *end, *first, *second;

	if (!token.at || token.len > JWS_TOKEN_MAX)
		return "absent, or longer than 8 KiB";
	end = token.at + token.len;
	first = memchr(token.at, '.', token.len);
	second = first ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;
	if (!second)
		return "not three segments";
	ret->header = (struct str){token.at, (size_t)(first - token.at)};
	ret->claims = (struct str){first + 1, (size_t)(second - first - 1)};
	ret->signature = (struct str){second + 1, (size_t)(end - second - 1)};
	ret->signed_part = (struct str){token.at, (size_t)(second - token.at)};
	return NULL;
}

/* Canonical base64url only: no padding, no white space, unused bits zero. */
static bool decode(struct str text, void *ret_bytes, size_t size, size_t *ret_len)
{
	return sodium_base642bin(ret_bytes, size, text.at, text.len, NULL, ret_len, NULL,
		       sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
}

/* The tree lives in the arena. */
static const char *parse(struct arena *arena, struct str text, const char *fault, const json_t **ret)
{
	struct shape_refusal refusal;

	*ret = shape_parse(arena, text, &refusal);
	if (*ret)
		return NULL;
	return refusal.why[LANG_EN] ? fault : jws_no_memory;
}

static const char *check_header(
	struct arena *arena, const struct jws_rules *rules, struct str text, struct jws_key *ret_key)
{
	char bytes[JWS_HEADER_MAX];
	const char *reason;
	const json_t *header;
	size_t len;

	if (!decode(text, bytes, rules->header_max, &len))
		return "header is not base64url, or too long";
	reason = parse(arena, (struct str){bytes, len}, "header is not JSON", &header);
	return reason ? reason : rules->read_header(header, rules->keys, ret_key);
}

static const char *check_es256(const struct jws_key *key, struct str data, struct str signature)
{
	if (signature.len != ES256_SIGNATURE_SIZE)
		return "signature is not 64 bytes in base64url";
	switch (es256_verify(key->key, data, (const uint8_t *)signature.at)) {
	case ES256_GOOD:
		return NULL;
	case ES256_BAD:
		return "signature is wrong";
	default:
		return jws_no_memory;
	}
}

static const char *check_rs256(const struct jws_key *key, struct str data, struct str signature)
{
	switch (rs256_verify(key->key, data, signature)) {
	case RS256_GOOD:
		return NULL;
	case RS256_BAD:
		return "signature is wrong";
	default:
		return jws_no_memory;
	}
}

static const char *check_signature(const struct jws_key *key, const struct segments *s)
{
	static const char *(*const checks[JWS_ALGS])(const struct jws_key *, struct str, struct str) = {
		[JWS_ES256] = check_es256, [JWS_RS256] = check_rs256};
	char bytes[RS256_SIGNATURE_MAX];
	size_t len;

	if (!decode(s->signature, bytes, sizeof(bytes), &len))
		return key->alg == JWS_ES256 ? "signature is not 64 bytes in base64url"
					     : "signature is not base64url, or too long";
	return checks[key->alg](key, s->signed_part, (struct str){bytes, len});
}

static const char *read_claims(struct arena *arena, struct str text, const json_t **ret)
{
	char bytes[CLAIMS_MAX];
	size_t len;

	if (!decode(text, bytes, sizeof(bytes), &len))
		return "claims are not base64url";
	return parse(arena, (struct str){bytes, len}, "claims are not JSON", ret);
}

const char *jws_open(struct arena *arena, const struct jws_rules *rules, struct str token,
	const struct json_t **ret_claims)
{
	struct segments s;
	struct jws_key key;
	const char *reason = split(token, &s);

	if (!reason)
		reason = check_header(arena, rules, s.header, &key);
	if (!reason)
		reason = check_signature(&key, &s);
	return reason ? reason : read_claims(arena, s.claims, ret_claims);
}

enum jws_alg jws_alg_find(struct str name)
{
	static const struct str names[JWS_ALGS] = {[JWS_ES256] = {"ES256", 5}, [JWS_RS256] = {"RS256", 5}};
	unsigned alg = 0;

	while (alg < JWS_ALGS && !str_eq(name, names[alg]))
		alg++;
	return alg;
}

struct str jws_text(const json_t *object, const char *name)
{
	return str_of(json_string_value(json_object_get(object, name)));
}

bool jws_time(const json_t *claims, const char *name, int64_t *ret_ms)
{
	const json_t *value = json_object_get(claims, name);
	int64_t seconds = json_integer_value(value);

	if (!json_is_integer(value) || seconds <= 0 || seconds > SECONDS_MAX)
		return false;
	*ret_ms = seconds * 1000;
	return true;
}
