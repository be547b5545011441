#ifndef TIEPDAN_TESTS_AUTH_FORGE_H
#define TIEPDAN_TESTS_AUTH_FORGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include "auth/keys.h"
#include "base/buf.h"
#include "shape/shape.h"

/* A key folder of its own for each test, and tokens made by hand: with OpenSSL only, so that what the product
 * issues and verifies is compared with something else. */
struct forge {
	struct arena *arena;
	char base[64], folder[80];
	const struct keys *keys;
};

static inline void forge_empty_folder(const char *path)
{
	DIR *dir = opendir(path);
	char name[512];

	(void)chmod(path, 0700);
	for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
		(void)snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		(void)unlink(name);
	}
	if (dir)
		closedir(dir);
}

static inline int forge_setup(void **state)
{
	static bool begun;
	struct forge *f = calloc(1, sizeof *f);
	struct str reason;

	if (!begun) {
		shape_init();
		arena_reserve(1 << 20);
		begun = true;
	}
	f->arena = arena_new();
	(void)snprintf(f->base, sizeof f->base, P_tmpdir "/tiepdan-auth-XXXXXX");
	assert_non_null(mkdtemp(f->base));
	(void)snprintf(f->folder, sizeof f->folder, "%s/keys", f->base);
	assert_int_equal(keys_create(f->arena, f->folder, &reason), 0);
	f->keys = keys_load(f->arena, f->folder, &reason);
	assert_non_null(f->keys);
	*state = f;
	return 0;
}

static inline int forge_teardown(void **state)
{
	struct forge *f = *state;

	forge_empty_folder(f->folder);
	(void)rmdir(f->folder);
	forge_empty_folder(f->base);
	(void)rmdir(f->base);
	arena_free(f->arena);
	free(f);
	return 0;
}

static inline struct str forge_segment(struct arena *arena, struct str bytes)
{
	return digest_b64url(arena, bytes);
}

/* header.claims, both given as JSON text. */
static inline struct str forge_signing_input(struct arena *arena, struct str header, struct str claims)
{
	struct str h = forge_segment(arena, header), c = forge_segment(arena, claims);

	return arena_printf(arena, "%.*s.%.*s", STR_ARG(h), STR_ARG(c));
}

/* ECDSA with SHA-256 in DER form. */
static inline struct str forge_der(struct arena *arena, EVP_PKEY *key, struct str data)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char der[128];
	size_t len = sizeof der;

	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestSign(ctx, der, &len, (const unsigned char *)data.at, data.len), 1);
	EVP_MD_CTX_free(ctx);
	return arena_str(arena, (struct str){(const char *)der, len});
}

/* The same as r and s, 32 bytes each. */
static inline void forge_raw(struct str der, uint8_t ret[64])
{
	const unsigned char *at = (const unsigned char *)der.at;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)der.len);

	assert_non_null(sig);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, 32), 32);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret + 32, 32), 32);
	ECDSA_SIG_free(sig);
}

static inline struct str forge_join(struct arena *arena, struct str input, const void *signature, size_t size)
{
	struct str s = forge_segment(arena, (struct str){signature, size});

	return arena_printf(arena, "%.*s.%.*s", STR_ARG(input), STR_ARG(s));
}

static inline struct str forge_token(struct arena *arena, EVP_PKEY *key, struct str header, struct str claims)
{
	struct str input = forge_signing_input(arena, header, claims);
	uint8_t raw[64];

	forge_raw(forge_der(arena, key, input), raw);
	return forge_join(arena, input, raw, sizeof raw);
}

#endif
