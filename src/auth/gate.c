/* The strict gate for bearer tokens. */
#include "auth/gate.h"

#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "auth/es256.h"
#include "auth/role.h"
#include "shape/gate.h"

enum {
	HEADER_MAX = 256, /* ours have about 70 bytes */
	CLAIMS_MAX = GATE_TOKEN_MAX / 4 * 3,
};

/* 31 December 9999: later instants have no text in RFC 3339, and in milliseconds these cannot overflow. */
static const int64_t SECONDS_MAX = INT64_C(253402300799);

const char token_no_memory[] = "memory is out";

struct segments {
	struct str header, claims, signature;
	struct str signed_part; /* header and claims with the dot between them */
};

static const char *split(struct str token, struct segments *ret)
{
	const char *end, *first, *second;

	if (!token.at || token.len > GATE_TOKEN_MAX)
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

static struct str text_member(const json_t *object, const char *name)
{
	return str_of(json_string_value(json_object_get(object, name)));
}

/* Exactly three members: whatever else a header may say (jwk, jku, x5u, crit, ...) is not even looked at. */
static const char *read_header(
	const json_t *header, const struct keys *keys, const struct signing_key **ret_key)
{
	if (!str_eq(text_member(header, "alg"), STR("ES256")))
		return "alg is not ES256";
	if (!str_eq(text_member(header, "typ"), STR("JWT")))
		return "typ is not JWT";
	*ret_key = keys_signing(&keys->token, text_member(header, "kid"));
	if (!*ret_key)
		return "kid is not known";
	return json_object_size(header) == 3 ? NULL : "header has other members";
}

/* The tree lives in the arena. */
static const char *parse(struct arena *arena, struct str text, const char *fault, const json_t **ret)
{
	struct shape_refusal refusal;

	*ret = shape_parse(arena, text, &refusal);
	if (*ret)
		return NULL;
	return refusal.why[LANG_EN] ? fault : token_no_memory;
}

static const char *check_header(
	struct arena *arena, const struct keys *keys, struct str text, const struct signing_key **ret_key)
{
	char bytes[HEADER_MAX];
	const char *reason;
	const json_t *header;
	size_t len;

	if (!decode(text, bytes, sizeof(bytes), &len))
		return "header is not base64url, or too long";
	reason = parse(arena, (struct str){bytes, len}, "header is not JSON", &header);
	return reason ? reason : read_header(header, keys, ret_key);
}

static const char *check_signature(const struct signing_key *key, const struct segments *s)
{
	uint8_t bytes[ES256_SIGNATURE_SIZE];
	size_t len;

	if (!decode(s->signature, bytes, sizeof(bytes), &len) || len != sizeof(bytes))
		return "signature is not 64 bytes in base64url";
	switch (es256_verify(key->key, s->signed_part, bytes)) {
	case ES256_GOOD:
		return NULL;
	case ES256_BAD:
		return "signature is wrong";
	default:
		return token_no_memory;
	}
}

/* A NumericDate of RFC 7519, whole seconds, as milliseconds. */
static bool time_member(const json_t *claims, const char *name, int64_t *ret_ms)
{
	const json_t *value = json_object_get(claims, name);
	int64_t seconds = json_integer_value(value);

	if (!json_is_integer(value) || seconds <= 0 || seconds > SECONDS_MAX)
		return false;
	*ret_ms = seconds * 1000;
	return true;
}

static const char *read_times(const json_t *claims, int64_t now_ms, int64_t *ret_expires_ms)
{
	int64_t nbf, iat;

	if (!time_member(claims, "exp", ret_expires_ms) || !time_member(claims, "nbf", &nbf) ||
		!time_member(claims, "iat", &iat))
		return "exp, nbf or iat is no time";
	if (*ret_expires_ms <= now_ms)
		return "expired";
	if (nbf > now_ms + GATE_SKEW_MS)
		return "not valid yet";
	if (iat > now_ms + GATE_SKEW_MS)
		return "issued in the future";
	return iat < *ret_expires_ms ? NULL : "expires before it was issued";
}

static bool id_member(const json_t *claims, const char *name, struct uuid *ret)
{
	return uuid_parse(text_member(claims, name), ret) && !uuid_is_nil(ret);
}

static bool roles_member(const json_t *claims, role_set *ret)
{
	const json_t *roles = json_object_get(claims, "roles");
	const json_t *name;
	size_t i;

	*ret = 0;
	if (!json_is_array(roles))
		return false;
	json_array_foreach(roles, i, name)
	{
		role_set role;

		if (!role_find(str_of(json_string_value(name)), &role) || *ret & role)
			return false;
		*ret |= role;
	}
	return true;
}

static const char *read_person(const json_t *claims, struct who *ret)
{
	const json_t *department = json_object_get(claims, "dept");

	*ret = (struct who){.kind = WHO_STAFF, .department = json_integer_value(department)};
	if (!id_member(claims, "sub", &ret->account))
		return "sub is no account";
	if (!id_member(claims, "sid", &ret->session))
		return "sid is no session";
	if (!roles_member(claims, &ret->roles))
		return "roles are not ours";
	return json_is_integer(department) && ret->department >= 0 ? NULL : "dept is no department";
}

static const char *check_claims(
	struct arena *arena, const struct gate *gate, struct str text, struct token_claims *ret)
{
	struct str issuer = str_of(gate->issuer);
	char bytes[CLAIMS_MAX];
	const char *reason;
	const json_t *claims;
	size_t len;

	if (!decode(text, bytes, sizeof(bytes), &len))
		return "claims are not base64url";
	reason = parse(arena, (struct str){bytes, len}, "claims are not JSON", &claims);
	if (reason)
		return reason;
	if (!str_eq(text_member(claims, "iss"), issuer))
		return "iss is somebody else";
	if (!str_eq(text_member(claims, "aud"), issuer))
		return "aud is somebody else";
	reason = read_times(claims, gate->now_ms, &ret->expires_ms);
	return reason ? reason : read_person(claims, &ret->who);
}

const char *gate_check(const struct gate *gate, struct str token, struct token_claims *ret)
{
	struct arena *arena;
	const struct signing_key *key;
	struct segments s;
	const char *reason = split(token, &s);

	if (reason)
		return reason;
	arena = arena_new();
	if (!arena)
		return token_no_memory;
	reason = check_header(arena, gate->keys, s.header, &key);
	if (!reason)
		reason = check_signature(key, &s);
	if (!reason)
		reason = check_claims(arena, gate, s.claims, ret);
	arena_free(arena);
	return reason;
}
