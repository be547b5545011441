/* The strict gate for bearer tokens. */
#include "auth/gate.h"

#include <jansson.h>

#include "auth/jws.h"
#include "auth/role.h"

enum {
	HEADER_MAX = 256 /* ours have about 70 bytes */
};

const char token_no_memory[] = "memory is out";

/* Exactly three members: whatever else a header may say (jwk, jku, x5u, crit, ...) is not even looked at. */
static const char *read_header(const json_t *header, const void *arg, struct jws_key *ret)
{
	const struct keys *keys = arg;
	const struct signing_key *key;

	if (jws_alg_find(jws_text(header, "alg")) != JWS_ES256)
		return "alg is not ES256";
	if (!str_eq(jws_text(header, "typ"), STR("JWT")))
		return "typ is not JWT";
	key = keys_signing(&keys->token, jws_text(header, "kid"));
	if (!key)
		return "kid is not known";
	*ret = (struct jws_key){.alg = JWS_ES256, .key = key->key};
	return json_object_size(header) == 3 ? NULL : "header has other members";
}

static const char *read_times(const json_t *claims, int64_t now_ms, int64_t *ret_expires_ms)
{
	int64_t nbf, iat;

	if (!jws_time(claims, "exp", ret_expires_ms) || !jws_time(claims, "nbf", &nbf) ||
		!jws_time(claims, "iat", &iat))
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
	return uuid_parse(jws_text(claims, name), ret) && !uuid_is_nil(ret);
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

static const char *read_citizen(const json_t *claims, struct who *ret)
{
	ret->kind = WHO_CITIZEN;
	if (!str_eq(jws_text(claims, "kind"), STR("citizen")))
		return "kind is not ours";
	return json_object_get(claims, "roles") || json_object_get(claims, "dept")
		       ? "a citizen with roles or dept"
		       : NULL;
}

static const char *read_staff(const json_t *claims, struct who *ret)
{
	const json_t *department = json_object_get(claims, "dept");

	ret->kind = WHO_STAFF;
	ret->department = json_integer_value(department);
	if (!roles_member(claims, &ret->roles))
		return "roles are not ours";
	return json_is_integer(department) && ret->department >= 0 ? NULL : "dept is no department";
}

static const char *read_who(const json_t *claims, struct who *ret)
{
	*ret = (struct who){.kind = WHO_ANYONE};
	if (!id_member(claims, "sub", &ret->account))
		return "sub is no account";
	if (!id_member(claims, "sid", &ret->session))
		return "sid is no session";
	return json_object_get(claims, "kind") ? read_citizen(claims, ret) : read_staff(claims, ret);
}

static const char *check_claims(const struct gate *gate, const json_t *claims, struct token_claims *ret)
{
	struct str issuer = str_of(gate->issuer);
	const char *reason;

	if (!str_eq(jws_text(claims, "iss"), issuer))
		return "iss is somebody else";
	if (!str_eq(jws_text(claims, "aud"), issuer))
		return "aud is somebody else";
	reason = read_times(claims, gate->now_ms, &ret->expires_ms);
	return reason ? reason : read_who(claims, &ret->who);
}

const char *gate_check(const struct gate *gate, struct str token, struct token_claims *ret)
{
	const struct jws_rules rules = {
		.header_max = HEADER_MAX, .read_header = read_header, .keys = gate->keys};
	struct arena *arena = arena_new();
	const json_t *claims;
	const char *reason;

	if (!arena)
		return token_no_memory;
	reason = jws_open(arena, &rules, token, &claims);
	if (!reason)
		reason = check_claims(gate, claims, ret);
	arena_free(arena);
	return reason == jws_no_memory ? token_no_memory : reason;
}
