/* Credentials that carry their own content. */
#include "auth/credential.h"

#include <endian.h>
#include <string.h>

#include "auth/login.h"
#include "base/rand.h"

enum {
	CONTENT_MAX = 64,
	DEVICE_SIZE = 16 + 8
};

static const struct form {
	struct str prefix;
	enum key_purpose purpose;
	size_t size; /* of the content */
} refresh_form = {{"tdr_", 4}, KEY_REFRESH, 16 + 8},
  api_key_form = {{"tdk_", 4}, KEY_API_KEY, 16 + 16 + 8 + 4},
  device_form = {{"tdd_", 4}, KEY_DEVICE, DEVICE_SIZE}, flow_form = {{"tdf_", 4}, KEY_FLOW, 16 + 8},
  challenge_form = {{"tdw_", 4}, KEY_WORK, 8 + 1}, request_form = {{"tdc_", 4}, KEY_CITIZEN_CODE, 16};

static struct digest mac_of(
	const struct keys *keys, const struct form *form, const char *content, struct str context)
{
	return digest_hmac(
		keys_purpose(keys, form->purpose), (struct str[]){{content, form->size}, context}, 2);
}

static struct str make(struct arena *arena, const struct keys *keys, const struct form *form,
	const char *content, struct str context)
{
	struct digest mac = mac_of(keys, form, content, context);
	char bytes[CONTENT_MAX + DIGEST_SIZE];

	memcpy(bytes, content, form->size);
	memcpy(bytes + form->size, mac.byte, DIGEST_SIZE);
	return arena_printf(arena, "%.*s%.*s", STR_ARG(form->prefix),
		STR_ARG(digest_b64url(arena, (struct str){bytes, form->size + DIGEST_SIZE})));
}

/* The content, NULL: it is none of ours. */
static const char *open(struct arena *arena, const struct keys *keys, const struct form *form,
	struct str text, struct str context)
{
	if (!text.at || !str_starts(text, form->prefix) || text.len > 2 * (CONTENT_MAX + DIGEST_SIZE))
		return NULL;
	text.at += form->prefix.len;
	text.len -= form->prefix.len;
	struct str bytes = digest_b64url_decode(arena, text);
	if (!bytes.at || bytes.len != form->size + DIGEST_SIZE)
		return NULL;
	struct digest mac = mac_of(keys, form, bytes.at, context);
	return str_eq_secret((struct str){bytes.at + form->size, DIGEST_SIZE}, digest_bytes(&mac)) ? bytes.at
												   : NULL;
}

static void put64(char *at, int64_t n)
{
	uint64_t wire = htobe64((uint64_t)n);

	memcpy(at, &wire, sizeof(wire));
}

static int64_t get64(const char *at)
{
	uint64_t wire;

	memcpy(&wire, at, sizeof(wire));
	return (int64_t)be64toh(wire);
}

struct str refresh_make(struct arena *arena, const struct keys *keys, const struct refresh *refresh)
{
	char content[CONTENT_MAX];

	memcpy(content, refresh->session.byte, 16);
	put64(content + 16, refresh->generation);
	return make(arena, keys, &refresh_form, content, STR(""));
}

bool refresh_open(struct arena *arena, const struct keys *keys, struct str text, struct refresh *ret)
{
	const char *content = open(arena, keys, &refresh_form, text, STR(""));

	if (!content)
		return false;
	memcpy(ret->session.byte, content, 16);
	ret->generation = get64(content + 16);
	return true;
}

struct str api_key_make(struct arena *arena, const struct keys *keys, const struct who *who)
{
	char content[CONTENT_MAX];
	uint32_t roles = htobe32(who->roles);

	memcpy(content, who->session.byte, 16);
	memcpy(content + 16, who->account.byte, 16);
	put64(content + 32, who->department);
	memcpy(content + 40, &roles, sizeof(roles));
	return make(arena, keys, &api_key_form, content, STR(""));
}

bool api_key_is(struct str text)
{
	return text.at && str_starts(text, api_key_form.prefix);
}

bool api_key_open(struct arena *arena, const struct keys *keys, struct str text, struct who *ret)
{
	const char *content = open(arena, keys, &api_key_form, text, STR(""));
	uint32_t roles;

	if (!content)
		return false;
	*ret = (struct who){.kind = WHO_STAFF, .program = true, .department = get64(content + 32)};
	memcpy(ret->session.byte, content, 16);
	memcpy(ret->account.byte, content + 16, 16);
	memcpy(&roles, content + 40, sizeof(roles));
	ret->roles = be32toh(roles);
	return true;
}

struct str device_make(struct arena *arena, const struct keys *keys, struct str login, int64_t now_ms)
{
	char content[DEVICE_SIZE];

	rand_bytes(content, sizeof(content));
	put64(content + 16, now_ms);
	return make(arena, keys, &device_form, content, login_fold(arena, login));
}

int64_t device_made_ms(struct arena *arena, const struct keys *keys, struct str login, struct str text)
{
	const char *content = open(arena, keys, &device_form, text, login_fold(arena, login));

	return content ? get64(content + 16) : 0;
}

/* In the MAC alone: staff come without a word. */
static struct str whose(const struct flow *flow)
{
	return flow->citizen ? STR("citizen") : STR("");
}

struct str flow_make(struct arena *arena, const struct keys *keys, const struct flow *flow)
{
	char content[CONTENT_MAX];

	memcpy(content, flow->id.byte, 16);
	put64(content + 16, flow->expires_ms);
	return make(arena, keys, &flow_form, content, whose(flow));
}

bool flow_open(struct arena *arena, const struct keys *keys, struct str text, struct flow *ret)
{
	const char *content = open(arena, keys, &flow_form, text, whose(ret));

	if (!content)
		return false;
	memcpy(ret->id.byte, content, 16);
	ret->expires_ms = get64(content + 16);
	return true;
}

struct str flow_secret(
	struct arena *arena, const struct keys *keys, const struct flow *flow, const char *what)
{
	struct str parts[] = {str_of(what), uuid_bytes(&flow->id)};
	struct digest mac = digest_hmac(keys_purpose(keys, KEY_FLOW), parts, 2);

	return digest_b64url(arena, digest_bytes(&mac));
}

struct str challenge_make(struct arena *arena, const struct keys *keys, const struct challenge *challenge)
{
	char content[CONTENT_MAX];

	put64(content, challenge->expires_ms);
	content[8] = (char)challenge->bits;
	return make(arena, keys, &challenge_form, content, STR(""));
}

bool challenge_open(struct arena *arena, const struct keys *keys, struct str text, struct challenge *ret)
{
	const char *content = open(arena, keys, &challenge_form, text, STR(""));

	if (!content)
		return false;
	*ret = (struct challenge){get64(content), (unsigned char)content[8]};
	return true;
}

struct str request_make(struct arena *arena, const struct keys *keys, const struct uuid *letter)
{
	return make(arena, keys, &request_form, (const char *)letter->byte, STR(""));
}

bool request_open(struct arena *arena, const struct keys *keys, struct str text, struct uuid *ret_letter)
{
	const char *content = open(arena, keys, &request_form, text, STR(""));

	if (content)
		memcpy(ret_letter->byte, content, sizeof(ret_letter->byte));
	return content;
}
