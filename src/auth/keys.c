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

static struct str kid_of(const char *name)
{
	return middle(name, STR("token-"), STR(".pem"));
}

/* Kids go into JSON as they are. */
static bool is_kid(struct str kid)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	return kid.at && kid.len < sizeof((struct token_key *)NULL)->kid && str_trim(kid, allowed).len == 0;
}

static bool read_token_key(const struct reading *r, const char *name, struct keys *keys)
{
	struct str kid = kid_of(name);
	struct token_key key = {.key = NULL};
	unsigned at = keys->ntoken;

	if (!is_kid(kid))
		return refuse(r, name, "has a name that is no key id");
	if (keys->ntoken == KEY_TOKENS_MAX)
		return refuse(
			r, "", "holds more than 8 token keys; remove those whose tokens have all ended");
	if (!read_text(r, name, &key.pem))
		return false;
	memcpy(key.kid, kid.at, kid.len);
	key.key = es256_read(key.pem);
	if (!key.key)
		return refuse(r, name, "is no private key on the curve P-256 in PEM form without passphrase");
	arena_defer(r->arena, EVP_PKEY_free, key.key);
	for (; at > 0 && strcmp(keys->token[at - 1].kid, key.kid) > 0; at--)
		keys->token[at] = keys->token[at - 1];
	keys->token[at] = key;
	keys->ntoken++;
	return true;
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
	bool good = true;

	if (!dir)
		return refuse(r, "", "cannot be listed");
	for (struct dirent *entry; good && (entry = readdir(dir)) != NULL;) {
		if (kid_of(entry->d_name).at)
			good = read_token_key(r, entry->d_name, keys);
		else if (epoch_of(entry->d_name).at)
			good = read_seal_key(r, entry->d_name, keys);
	}
	closedir(dir);
	return good;
}

static bool read_folder(const struct reading *r, struct keys *keys)
{
	if (!read_secret(r, keys) || !read_listed(r, keys))
		return false;
	if (keys->ntoken == 0)
		return refuse(r, "", "holds no token-<kid>.pem");
	if (keys->nseal == 0)
		return refuse(r, "", "holds no seal-<epoch>.key");
	keys->jwks = jwk_set(r->arena, keys->token, keys->ntoken);
	if (!keys->jwks.at || sodium_init() < 0 || arena_failed(r->arena))
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
	unsigned nseal, ntoken;
	char newest[sizeof((struct token_key *)NULL)->kid];
};

static int take_stock(int folder, struct stock *ret)
{
	DIR *dir = open_list(folder);
	int error = dir ? 0 : -errno;

	*ret = (struct stock){.secret = false};
	for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
		struct str kid = kid_of(entry->d_name);

		ret->secret |= strcmp(entry->d_name, secret_name) == 0;
		ret->nseal += epoch_of(entry->d_name).at != NULL;
		ret->ntoken += kid.at != NULL;
		if (is_kid(kid) && str_compare(kid, str_of(ret->newest)) > 0)
			(void)snprintf(ret->newest, sizeof(ret->newest), "%.*s", STR_ARG(kid));
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
static int write_token_key(const struct reading *r, const char *newest)
{
	struct str kid = new_kid(r->arena);
	struct str pem = es256_make(r->arena);
	struct str name = arena_printf(r->arena, "token-%.*s.pem", STR_ARG(kid));

	if (!pem.at)
		return -ENOMEM;
	if (str_compare(kid, str_of(newest)) <= 0)
		return -EAGAIN;
	return key_file_write(r->folder, arena_cstr(r->arena, name), pem);
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

static int fill_folder(const struct reading *r)
{
	struct stock stock;
	int error = take_stock(r->folder, &stock);

	if (error < 0)
		return report(r, "", error);
	if (!stock.secret && (stock.nseal > 0 || stock.ntoken > 0))
		return report(r, secret_name, -ENOENT);
	if (!stock.secret && (error = write_hex(r, secret_name)) < 0)
		return report(r, secret_name, error);
	if (stock.nseal == 0 && (error = write_hex(r, "seal-1.key")) < 0)
		return report(r, "seal-1.key", error);
	if (stock.ntoken == 0 && (error = write_token_key(r, "")) < 0)
		return report(r, "token-<kid>.pem", error);
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

int keys_rotate_token(struct arena *arena, const char *folder, struct str *ret_reason)
{
	struct stock stock;
	struct reading r;
	int error;

	if (!open_folder(&r, arena, folder, ret_reason))
		return r.folder;
	error = take_stock(r.folder, &stock);
	if (error == 0 && stock.ntoken >= KEY_TOKENS_MAX) {
		error = -ENOSPC;
		refuse(&r, "", "holds 8 token keys; remove those whose tokens have all ended");
	} else if (error == 0) {
		error = report(&r, "token-<kid>.pem", write_token_key(&r, stock.newest));
	}
	close(r.folder);
	return error;
}

struct str keys_purpose(const struct keys *keys, enum key_purpose purpose)
{
	must(purpose < KEY_PURPOSES);
	return (struct str){(const char *)keys->purpose[purpose], KEY_SIZE};
}
