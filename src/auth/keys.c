/* The key folder: reading, checking, and making what is missing. */
#include "auth/keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <sodium.h>

#include "auth/es256.h"
#include "auth/jwk.h"
#include "auth/key_file.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/must.h"
#include "base/rand.h"

/* Changing a label changes every value that was ever derived with it. */
static const char *const labels[KEY_PURPOSES] = {
	[KEY_TICKET_SECRET] = "tiepdan/1/ticket-secret",
	[KEY_TICKET_CODE] = "tiepdan/1/ticket-code",
	[KEY_CURSOR] = "tiepdan/1/cursor",
	[KEY_ONCE] = "tiepdan/1/once",
	[KEY_BLIND_INDEX] = "tiepdan/1/blind-index",
	[KEY_LOGIN_CODE] = "tiepdan/1/login-code",
	[KEY_ANSWER_LINK] = "tiepdan/1/answer-link",
	[KEY_UPLOAD] = "tiepdan/1/upload",
	[KEY_RECEIPT] = "tiepdan/1/receipt",
	[KEY_RECOVERY_CODE] = "tiepdan/1/recovery-code",
	[KEY_PASSWORD] = "tiepdan/1/password",
	[KEY_REFRESH] = "tiepdan/1/refresh",
	[KEY_API_KEY] = "tiepdan/1/api-key",
	[KEY_DEVICE] = "tiepdan/1/device",
	[KEY_BRAKE] = "tiepdan/1/brake",
	[KEY_FLOW] = "tiepdan/1/flow",
	[KEY_WORK] = "tiepdan/1/work",
	[KEY_CITIZEN_CODE] = "tiepdan/1/citizen-code",
};

static const char secret_name[] = "secret.key";

struct reading {
	struct arena *arena;
	const char *path;
	int folder;
	struct str *reason;
};

static bool refuse(const struct reading *r, const char *name, const char *fault)
{
	*r->reason = arena_printf(r->arena, "%s%s%s %s", r->path, name[0] ? "/" : "", name, fault);
	return false;
}

static bool read_text(const struct reading *r, const char *name, struct str *ret)
{
	int error = key_file_read(r->arena, r->folder, name, ret);

	return error < 0 ? refuse(r, name, key_file_fault(error)) : true;
}

static bool read_hex(const struct reading *r, const char *name, uint8_t ret_key[KEY_SIZE])
{
	struct str text, bytes;

	if (!read_text(r, name, &text))
		return false;
	bytes = digest_hex_decode(r->arena, str_trim(text, "\n"));
	if (!bytes.at || bytes.len != KEY_SIZE)
		return refuse(r, name, "does not hold 64 hex digits");
	memcpy(ret_key, bytes.at, KEY_SIZE);
	return true;
}

/* HKDF-SHA-256 without salt: the secret is uniform already (RFC 5869 section 3.1). */
static bool derive(const uint8_t secret[KEY_SIZE], const char *label, uint8_t ret_key[KEY_SIZE])
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_HKDF, NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret, KEY_SIZE),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)label, strlen(label)),
		OSSL_PARAM_construct_end(),
	};
	bool good = ctx && EVP_KDF_derive(ctx, ret_key, KEY_SIZE, params) == 1;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return good;
}

static bool read_secret(const struct reading *r, struct keys *keys)
{
	uint8_t secret[KEY_SIZE];

	if (!read_hex(r, secret_name, secret))
		return false;
	for (unsigned i = 0; i < KEY_PURPOSES; i++)
		if (!derive(secret, labels[i], keys->purpose[i]))
			return refuse(
				r, secret_name, "cannot be used: OpenSSL failed to derive keys from it");
	sodium_memzero(secret, sizeof(secret));
	return true;
}

/* The part of a file name between prefix and suffix; absent when it is no such name. */
static struct str middle(const char *name, struct str prefix, struct str suffix)
{
	struct str s = str_of(name);

	if (s.len <= prefix.len + suffix.len || !str_starts(s, prefix) || !str_ends(s, suffix))
		return STR_NONE;
	return (struct str){s.at + prefix.len, s.len - prefix.len - suffix.len};
}

/* The files of signing keys. */
static const struct use {
	struct str prefix;
	unsigned most;
	size_t keys; /* where they are in struct keys */
	const char *full;
} uses[] = {
	{STR("token-"), KEY_TOKENS_MAX, offsetof(struct keys, token),
		"holds 8 token keys; remove those whose tokens have all ended"},
	{STR("record-"), KEY_RECORDS_MAX, offsetof(struct keys, record), "holds 32 record keys"},
};

enum {
	USE_TOKEN,
	USE_RECORD,
	USES
};

static const struct str private_suffix = STR(".pem"), public_suffix = STR(".pub.pem");

static struct signing_keys *keys_of(struct keys *keys, const struct use *use)
{
	return (struct signing_keys *)((char *)keys + use->keys);
}

/* The use whose files of this kind are named so, NULL: it is none of them. */
static const struct use *use_of(const char *name, struct str suffix, struct str *ret_kid)
{
	for (unsigned i = 0; i < USES; i++) {
		*ret_kid = middle(name, uses[i].prefix, suffix);
		if (ret_kid->at)
			return &uses[i];
	}
	return NULL;
}

static const struct use *public_of(const char *name, struct str *ret_kid)
{
	const struct use *use = use_of(name, public_suffix, ret_kid);

	return use == &uses[USE_RECORD] ? use : NULL;
}

static const struct use *private_of(const char *name, struct str *ret_kid)
{
	struct str kid;

	return public_of(name, &kid) ? NULL : use_of(name, private_suffix, ret_kid);
}

/* Kids go into JSON as they are. */
static bool is_kid(struct str kid)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	return kid.at && kid.len < sizeof((struct signing_key *)NULL)->kid && str_trim(kid, allowed).len == 0;
}

/* In its place by name. */
static bool put_key(const struct reading *r, const struct use *use, struct signing_keys *of_use,
	const struct signing_key *key)
{
	unsigned at = of_use->n;

	if (of_use->n == use->most)
		return refuse(r, "", use->full);
	for (; at > 0 && strcmp(of_use->at[at - 1].kid, key->kid) > 0; at--)
		of_use->at[at] = of_use->at[at - 1];
	of_use->at[at] = *key;
	of_use->n++;
	return true;
}

static bool read_signing_key(
	const struct reading *r, const char *name, const struct use *use, struct str kid, struct keys *keys)
{
	struct signing_keys *of_use = keys_of(keys, use);
	struct signing_key key = {.key = NULL}, *there;

	if (!is_kid(kid))
		return refuse(r, name, "has a name that is no key id");
	if (!read_text(r, name, &key.pem))
		return false;
	memcpy(key.kid, kid.at, kid.len);
	key.key = es256_read(key.pem);
	if (!key.key)
		return refuse(r, name, "is no private key on the curve P-256 in PEM form without passphrase");
	arena_defer(r->arena, EVP_PKEY_free, key.key);
	there = (struct signing_key *)keys_signing(of_use, kid);
	if (!there)
		return put_key(r, use, of_use, &key);
	*there = key; /* in the place of its public half */
	return true;
}

static bool read_public_key(
	const struct reading *r, const char *name, const struct use *use, struct str kid, struct keys *keys)
{
	struct signing_keys *of_use = keys_of(keys, use);
	struct signing_key key = {.key = NULL};
	struct str pem;

	if (!is_kid(kid))
		return refuse(r, name, "has a name that is no key id");
	if (keys_signing(of_use, kid))
		return true;
	if (!read_text(r, name, &pem))
		return false;
	memcpy(key.kid, kid.at, kid.len);
	key.key = es256_read_public(pem);
	if (!key.key)
		return refuse(r, name, "is no public key on the curve P-256 in PEM form");
	arena_defer(r->arena, EVP_PKEY_free, key.key);
	return put_key(r, use, of_use, &key);
}

static struct str epoch_of(const char *name)
{
	return middle(name, STR("seal-"), STR(".key"));
}

static bool read_seal_key(const struct reading *r, const char *name, struct keys *keys)
{
	struct str text = epoch_of(name);
	struct seal_key key;
	unsigned at = keys->nseal;

	if (!text.at || str_to_i64(text, &key.epoch) < 0 || key.epoch < 1 || text.at[0] == '0')
		return refuse(r, name, "has a name that is no epoch");
	if (keys->nseal == KEY_SEALS_MAX)
		return refuse(r, "", "holds more than 32 seal keys");
	if (!read_hex(r, name, key.key))
		return false;
	for (; at > 0 && keys->seal[at - 1].epoch > key.epoch; at--)
		keys->seal[at] = keys->seal[at - 1];
	keys->seal[at] = key;
	keys->nseal++;
	return true;
}

static DIR *open_list(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

static bool read_listed(const struct reading *r, struct keys *keys)
{
	DIR *dir = open_list(r->folder);
	const struct use *use;
	struct str kid;
	bool good = true;

	if (!dir)
		return refuse(r, "", "cannot be listed");
	for (struct dirent *entry; good && (entry = readdir(dir)) != NULL;) {
		if ((use = private_of(entry->d_name, &kid)))
			good = read_signing_key(r, entry->d_name, use, kid, keys);
		else if ((use = public_of(entry->d_name, &kid)))
			good = read_public_key(r, entry->d_name, use, kid, keys);
		else if (epoch_of(entry->d_name).at)
			good = read_seal_key(r, entry->d_name, keys);
	}
	closedir(dir);
	return good;
}

static void choose_signing(struct signing_keys *of_use)
{
	for (unsigned i = 0; i < of_use->n; i++)
		if (of_use->at[i].pem.at)
			of_use->signs = &of_use->at[i];
}

static bool read_folder(const struct reading *r, struct keys *keys)
{
	if (!read_secret(r, keys) || !read_listed(r, keys))
		return false;
	for (unsigned i = 0; i < USES; i++)
		choose_signing(keys_of(keys, &uses[i]));
	if (!keys->token.signs)
		return refuse(r, "", "holds no token-<kid>.pem");
	if (keys->nseal == 0)
		return refuse(r, "", "holds no seal-<epoch>.key");
	for (unsigned i = 0; i < USES; i++) {
		struct signing_keys *of_use = keys_of(keys, &uses[i]);

		of_use->jwks = jwk_set(r->arena, of_use->at, of_use->n);
		if (!of_use->jwks.at)
			return refuse(r, "", "could not be read: memory is out");
	}
	if (sodium_init() < 0 || arena_failed(r->arena))
		return refuse(r, "", "could not be read: memory is out");
	return true;
}

static bool open_folder(struct reading *r, struct arena *arena, const char *path, struct str *ret_reason)
{
	*r = (struct reading){.arena = arena, .path = path, .reason = ret_reason};
	*ret_reason = STR_NONE;
	r->folder = key_file_open_folder(path);
	return r->folder < 0 ? refuse(r, "", key_file_fault(r->folder)) : true;
}

const struct keys *keys_load(struct arena *arena, const char *folder, struct str *ret_reason)
{
	struct keys *keys = arena_alloc(arena, sizeof(*keys));
	struct reading r;
	bool good;

	if (!open_folder(&r, arena, folder, ret_reason))
		return NULL;
	good = read_folder(&r, keys);
	close(r.folder);
	return good ? keys : NULL;
}

/* What of a folder exists, without reading any key. */
struct stock {
	bool secret;
	unsigned nseal;
	struct {
		unsigned n, private; /* n: with those of which there is the public half alone */
		char newest[sizeof((struct signing_key *)NULL)->kid];
	} signing[USES];
};

static void take_kid(struct stock *stock, const struct use *use, struct str kid)
{
	char *newest = stock->signing[use - uses].newest;

	stock->signing[use - uses].n++;
	if (is_kid(kid) && str_compare(kid, str_of(newest)) > 0)
		(void)snprintf(newest, sizeof(stock->signing->newest), "%.*s", STR_ARG(kid));
}

/* The file of this kid that begins and ends so: its name. */
static const char *file_of(struct arena *arena, const struct use *use, struct str kid, struct str suffix)
{
	return arena_printf(arena, "%.*s%.*s%.*s", STR_ARG(use->prefix), STR_ARG(kid), STR_ARG(suffix)).at;
}

static void take_file(const struct reading *r, const char *name, struct stock *stock)
{
	struct str kid;
	const struct use *use = private_of(name, &kid);

	if (use) {
		stock->signing[use - uses].private ++;
		take_kid(stock, use, kid);
	} else if ((use = public_of(name, &kid)) &&
		   faccessat(r->folder, file_of(r->arena, use, kid, private_suffix), F_OK,
			   AT_SYMLINK_NOFOLLOW) < 0) {
		take_kid(stock, use, kid);
	}
}

static int take_stock(const struct reading *r, struct stock *ret)
{
	DIR *dir = open_list(r->folder);
	int error = dir ? 0 : -errno;

	*ret = (struct stock){.secret = false};
	for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
		take_file(r, entry->d_name, ret);
		ret->secret |= strcmp(entry->d_name, secret_name) == 0;
		ret->nseal += epoch_of(entry->d_name).at != NULL;
	}
	if (dir)
		closedir(dir);
	return error;
}

static int write_hex(const struct reading *r, const char *name)
{
	char bytes[KEY_SIZE];
	struct str text;

	rand_bytes(bytes, sizeof(bytes));
	text = digest_hex(r->arena, (struct str){bytes, sizeof(bytes)});
	sodium_memzero(bytes, sizeof(bytes));
	return key_file_write(r->folder, name, arena_printf(r->arena, "%.*s\n", STR_ARG(text)));
}

static struct str new_kid(struct arena *arena)
{
	int64_t now = clock_wall_ms();
	uint16_t random;
	char at[CLOCK_RFC3339_SIZE];
	char digits[CLOCK_RFC3339_SIZE];
	size_t n = 0;

	clock_format(now, at);
	for (const char *c = at; *c; c++)
		if (*c >= '0' && *c <= '9')
			digits[n++] = *c;
	rand_bytes(&random, sizeof(random));
	return arena_printf(arena, "%.*s-%04x", (int)n, digits, random);
}

/* The newest by name signs: a name that is not the newest would never be used. */
static int write_signing_key(const struct reading *r, const struct use *use, const struct stock *stock)
{
	struct str kid = new_kid(r->arena);
	struct str pem = es256_make(r->arena);

	if (!pem.at)
		return -ENOMEM;
	if (str_compare(kid, str_of(stock->signing[use - uses].newest)) <= 0)
		return -EAGAIN;
	return key_file_write(r->folder, file_of(r->arena, use, kid, private_suffix), pem);
}

static int report(const struct reading *r, const char *name, int error)
{
	if (error == -EAGAIN)
		refuse(r, name, "would be older by name than a key that is there: is the clock right?");
	else if (error == -ENOMEM)
		refuse(r, name, "could not be made: memory is out");
	else if (error < 0)
		refuse(r, name, key_file_fault(error));
	return error;
}

/* For who reads of it. */
static const char *signing_name(const struct reading *r, const struct use *use)
{
	return arena_printf(r->arena, "%.*s<kid>.pem", STR_ARG(use->prefix)).at;
}

static int fill_folder(const struct reading *r)
{
	struct stock stock;
	int error = take_stock(r, &stock);

	if (error < 0)
		return report(r, "", error);
	if (!stock.secret &&
		(stock.nseal > 0 || stock.signing[USE_TOKEN].n > 0 || stock.signing[USE_RECORD].n > 0))
		return report(r, secret_name, -ENOENT);
	if (!stock.secret && (error = write_hex(r, secret_name)) < 0)
		return report(r, secret_name, error);
	if (stock.nseal == 0 && (error = write_hex(r, "seal-1.key")) < 0)
		return report(r, "seal-1.key", error);
	for (unsigned i = 0; i < USES; i++)
		if (stock.signing[i].private == 0 && (error = write_signing_key(r, &uses[i], &stock)) < 0)
			return report(r, signing_name(r, &uses[i]), error);
	return 0;
}

/* So that the folder itself survives a power cut. A parent that we may not read is somebody else's to look
 * after. */
static int sync_parent(int folder)
{
	int parent = openat(folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = 0;

	if (parent < 0)
		return errno == EACCES ? 0 : -errno;
	if (fail_now(FAIL_FSYNC) || fsync(parent) < 0)
		error = -errno;
	close(parent);
	return error;
}

int keys_create(struct arena *arena, const char *folder, struct str *ret_reason)
{
	struct reading r;
	bool made = mkdir(folder, S_IRWXU) == 0;
	int error;

	if (!made && errno != EEXIST) {
		error = -errno;
		*ret_reason = arena_printf(arena, "%s could not be made: %s", folder, strerror(-error));
		return error;
	}
	if (!open_folder(&r, arena, folder, ret_reason))
		return r.folder;
	error = made ? report(&r, "", sync_parent(r.folder)) : 0;
	if (error == 0)
		error = fill_folder(&r);
	close(r.folder);
	return error;
}

static int rotate(struct arena *arena, const char *folder, const struct use *use, struct str *ret_reason)
{
	struct stock stock;
	struct reading r;
	int error;

	if (!open_folder(&r, arena, folder, ret_reason))
		return r.folder;
	error = take_stock(&r, &stock);
	if (error == 0 && stock.signing[use - uses].n >= use->most) {
		error = -ENOSPC;
		refuse(&r, "", use->full);
	} else if (error == 0) {
		error = report(&r, signing_name(&r, use), write_signing_key(&r, use, &stock));
	}
	close(r.folder);
	return error;
}

int keys_rotate_token(struct arena *arena, const char *folder, struct str *ret_reason)
{
	return rotate(arena, folder, &uses[USE_TOKEN], ret_reason);
}

/* The public half of a key beside it, where there is none yet. */
static bool publish(const struct reading *r, const struct use *use, const struct signing_key *key)
{
	const char *name = file_of(r->arena, use, str_of(key->kid), public_suffix);
	struct str pem = es256_public(r->arena, key->key);
	int error = pem.at ? key_file_write(r->folder, name, pem) : -ENOMEM;

	return error == -EEXIST || report(r, name, error) == 0;
}

int keys_rotate_record(struct arena *arena, const char *folder, struct str *ret_reason)
{
	const struct use *use = &uses[USE_RECORD];
	int error = rotate(arena, folder, use, ret_reason);
	const struct keys *keys = error == 0 ? keys_load(arena, folder, ret_reason) : NULL;
	struct reading r;
	bool good = keys && open_folder(&r, arena, folder, ret_reason);

	if (!good)
		return error < 0 ? error : -EIO;
	for (unsigned i = 0; good && i < keys->record.n; i++)
		if (keys->record.at[i].pem.at && &keys->record.at[i] != keys->record.signs)
			good = publish(&r, use, &keys->record.at[i]);
	close(r.folder);
	return good ? 0 : -EIO;
}

int keys_rotate_seal(struct arena *arena, const char *folder, struct str *ret_reason)
{
	const struct keys *keys = keys_load(arena, folder, ret_reason);
	struct reading r;
	struct str name;
	int error;

	if (!keys)
		return -EINVAL;
	if (!open_folder(&r, arena, folder, ret_reason))
		return r.folder;
	name = arena_printf(arena, "seal-%lld.key", (long long)keys->seal[keys->nseal - 1].epoch + 1);
	if (keys->nseal == KEY_SEALS_MAX) {
		error = -ENOSPC;
		refuse(&r, "", "holds 32 seal keys: take away those that no backup needs");
	} else {
		error = report(&r, name.at, write_hex(&r, name.at));
	}
	close(r.folder);
	return error;
}

const struct signing_key *keys_signing(const struct signing_keys *keys, struct str kid)
{
	for (unsigned i = 0; i < keys->n; i++)
		if (str_eq(kid, str_of(keys->at[i].kid)))
			return &keys->at[i];
	return NULL;
}

struct str keys_purpose(const struct keys *keys, enum key_purpose purpose)
{
	must(purpose < KEY_PURPOSES);
	return (struct str){(const char *)keys->purpose[purpose], KEY_SIZE};
}
