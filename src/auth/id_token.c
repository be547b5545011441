/* The gate for ID tokens. */
#include "auth/id_token.h"

#include <string.h>

#include <jansson.h>

#include "base/digest.h"

const char id_token_no_key[] = "no key of the provider has this kid and alg";

/* Whatever else a header may say (jwk, jku, x5u, x5c, crit, ...) is not even looked at. */
static bool is_plain(const json_t *header)
{
	static const char *const names[] = {"alg", "kid", "typ", "x5t", "x5t#S256"};
	size_t known = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		known += json_is_string(json_object_get(header, names[i]));
	return json_object_size(header) == known;
}

static const char *read_header(const json_t *header, const void *arg, struct jws_key *ret)
{
	const struct id_token_rules *rules = arg;
	enum jws_alg alg = jws_alg_find(jws_text(header, "alg"));
	struct str kid = jws_text(header, "kid"), typ = jws_text(header, "typ");
	unsigned found = 0;

	if (alg == JWS_ALGS)
		return "alg is neither RS256 nor ES256";
	if (!is_plain(header))
		return "header has other members";
	if (typ.at && !str_eq_nocase(typ, STR("JWT")))
		return "typ is not JWT";
	for (unsigned i = rules->nkeys; i-- > 0;) {
		const struct jws_key *key = &rules->keys[i];
		if (key->alg != alg || (kid.at && !str_eq(kid, str_of(key->kid))))
			continue;
		*ret = *key;
		found++;
	}
	return found == 1 || (found > 1 && kid.at) ? NULL : id_token_no_key;
}

static bool has_text(const json_t *list, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (str_eq(str_of(json_string_value(item)), str_of(text)))
			return true;
	}
	return false;
}

/* For us, and where it is for others too, given to us. */
static const char *check_audience(const json_t *claims, const char *client_id)
{
	const json_t *aud = json_object_get(claims, "aud"), *azp = json_object_get(claims, "azp");
	bool alone = str_eq(jws_text(claims, "aud"), str_of(client_id)) ||
		     (json_array_size(aud) == 1 && has_text(aud, client_id));

	if (!alone && !has_text(aud, client_id))
		return "aud is somebody else";
	if (azp ? !str_eq(jws_text(claims, "azp"), str_of(client_id)) : !alone)
		return "azp is somebody else";
	return NULL;
}

static const char *check_times(const json_t *claims, int64_t now_ms)
{
	int64_t exp, iat, nbf = 0;

	if (!jws_time(claims, "exp", &exp) || !jws_time(claims, "iat", &iat) ||
		(json_object_get(claims, "nbf") && !jws_time(claims, "nbf", &nbf)))
		return "exp, iat or nbf is no time";
	if (exp <= now_ms)
		return "expired";
	if (nbf > now_ms + ID_TOKEN_SKEW_MS)
		return "not valid yet";
	if (iat > now_ms + ID_TOKEN_SKEW_MS)
		return "issued in the future";
	return iat < exp ? NULL : "expires before it was issued";
}

/* The left half of the hash of the access token (section 3.1.3.6); both algorithms use SHA-256. */
static bool is_hash(struct arena *arena, struct str at_hash, struct str access_token)
{
	struct digest hash = digest_sha256(access_token);
	struct str half = {(const char *)hash.byte, DIGEST_SIZE / 2};

	return str_eq(at_hash, digest_b64url(arena, half));
}

static const char *check_claims(struct arena *arena, const struct id_token_rules *rules, const json_t *claims)
{
	struct str sub = jws_text(claims, "sub");
	const char *reason;

	if (!str_eq(jws_text(claims, "iss"), str_of(rules->issuer)))
		return "iss is somebody else";
	reason = check_audience(claims, rules->client_id);
	if (!reason)
		reason = check_times(claims, rules->now_ms);
	if (reason)
		return reason;
	if (!str_eq_secret(jws_text(claims, "nonce"), rules->nonce))
		return "nonce is that of another sign-in";
	if (json_object_get(claims, "at_hash") && rules->access_token.at &&
		!is_hash(arena, jws_text(claims, "at_hash"), rules->access_token))
		return "at_hash is that of another access token";
	return sub.len > 0 && sub.len <= ID_TOKEN_SUBJECT_MAX ? NULL : "sub is nobody";
}

const char *id_token_check(
	struct arena *arena, const struct id_token_rules *rules, struct str token, const json_t **ret_claims)
{
	const struct jws_rules jws = {
		.header_max = JWS_HEADER_MAX, .read_header = read_header, .keys = rules};
	const char *reason = jws_open(arena, &jws, token, ret_claims);

	return reason ? reason : check_claims(arena, rules, *ret_claims);
}
