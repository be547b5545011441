/* The key folder: what is made, what is refused, and what happens when a call fails in the middle. */
#include "forge.h"

#include <errno.h>

#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "auth/es256.h"
#include "auth/jwk.h"
#include "base/fail.h"

static int count_files(const char *folder, const char *prefix)
{
	DIR *dir = opendir(folder);
	int n = 0;

	for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
		n += entry->d_name[0] != '.' ? strncmp(entry->d_name, prefix, strlen(prefix)) == 0
					     : prefix[0] == '.' && entry->d_name[1] == 'n';
	if (dir)
		closedir(dir);
	return n;
}

static const char *path_in(const struct forge *f, const char *name)
{
	return arena_cstr(f->arena, arena_printf(f->arena, "%s/%s", f->folder, name));
}

static void put_file(const struct forge *f, const char *name, const char *text, mode_t mode)
{
	const char *path = path_in(f, name);
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void refused(const struct forge *f, const char *part)
{
	struct str reason;

	assert_null(keys_load(f->arena, f->folder, &reason));
	assert_non_null(reason.at);
	if (strstr(arena_cstr(f->arena, reason), part) == NULL)
		fail_msg("expected \"%s\" in \"%.*s\"", part, STR_ARG(reason));
}

static void loads(const struct forge *f)
{
	struct str reason;

	if (keys_load(f->arena, f->folder, &reason) == NULL)
		fail_msg("%.*s", STR_ARG(reason));
}

static char *token_file(const struct forge *f)
{
	return arena_cstr(f->arena, arena_printf(f->arena, "token-%s.pem", f->keys->token.at[0].kid));
}

static void a_new_folder_is_private_and_complete(void **state)
{
	struct forge *f = *state;
	struct stat st;

	assert_int_equal(stat(f->folder, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	for (const char *const *name = (const char *[]){"secret.key", "seal-1.key", token_file(f), NULL};
		*name; name++) {
		assert_int_equal(stat(path_in(f, *name), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
	assert_int_equal(f->keys->token.n, 1);
	assert_int_equal(f->keys->nseal, 1);
	assert_int_equal(f->keys->seal[0].epoch, 1);
	assert_int_equal(strlen(f->keys->token.at[0].kid), 22);
	assert_int_equal(count_files(f->folder, ".new"), 0);
}

static void creating_again_changes_nothing(void **state)
{
	struct forge *f = *state;
	struct str reason;
	const struct keys *again;

	assert_int_equal(keys_create(f->arena, f->folder, &reason), 0);
	again = keys_load(f->arena, f->folder, &reason);
	assert_non_null(again);
	assert_memory_equal(again->purpose, f->keys->purpose, sizeof again->purpose);
	assert_string_equal(again->token.at[0].kid, f->keys->token.at[0].kid);
	assert_int_equal(again->token.n, 1);
}

static void purposes_differ(void **state)
{
	struct forge *f = *state;

	for (int a = 0; a < KEY_PURPOSES; a++)
		for (int b = 0; b < a; b++)
			assert_false(str_eq(keys_purpose(f->keys, (enum key_purpose)a),
				keys_purpose(f->keys, (enum key_purpose)b)));
}

/* HKDF written out with HMAC (RFC 5869 section 2): one block, empty salt. The labels are for ever. */
static void purposes_are_hkdf(void **state)
{
	static const struct {
		enum key_purpose purpose;
		const char *info;
	} table[] = {
		{KEY_TICKET_SECRET, "tiepdan/1/ticket-secret\1"},
		{KEY_TICKET_CODE, "tiepdan/1/ticket-code\1"},
		{KEY_CURSOR, "tiepdan/1/cursor\1"},
		{KEY_ONCE, "tiepdan/1/once\1"},
		{KEY_BLIND_INDEX, "tiepdan/1/blind-index\1"},
		{KEY_LOGIN_CODE, "tiepdan/1/login-code\1"},
		{KEY_ANSWER_LINK, "tiepdan/1/answer-link\1"},
		{KEY_UPLOAD, "tiepdan/1/upload\1"},
		{KEY_RECEIPT, "tiepdan/1/receipt\1"},
		{KEY_RECOVERY_CODE, "tiepdan/1/recovery-code\1"},
		{KEY_PASSWORD, "tiepdan/1/password\1"},
		{KEY_REFRESH, "tiepdan/1/refresh\1"},
		{KEY_API_KEY, "tiepdan/1/api-key\1"},
		{KEY_DEVICE, "tiepdan/1/device\1"},
		{KEY_BRAKE, "tiepdan/1/brake\1"},
		{KEY_FLOW, "tiepdan/1/flow\1"},
		{KEY_WORK, "tiepdan/1/work\1"},
		{KEY_CITIZEN_CODE, "tiepdan/1/citizen-code\1"},
	};
	static const uint8_t salt[32];
	uint8_t secret[32], prk[32], okm[32];
	struct forge *f = *state;
	struct str reason;
	const struct keys *keys;

	for (unsigned i = 0; i < 32; i++)
		secret[i] = (uint8_t)(0xa0 + i);
	struct str hex = digest_hex(f->arena, (struct str){(char *)secret, sizeof secret});
	put_file(f, "secret.key", arena_cstr(f->arena, hex), 0600);
	keys = keys_load(f->arena, f->folder, &reason);
	assert_non_null(keys);
	HMAC(EVP_sha256(), salt, sizeof salt, secret, sizeof secret, prk, NULL);
	assert_int_equal(sizeof table / sizeof table[0], KEY_PURPOSES);
	for (size_t i = 0; i < KEY_PURPOSES; i++) {
		HMAC(EVP_sha256(), prk, sizeof prk, (const uint8_t *)table[i].info, strlen(table[i].info),
			okm, NULL);
		assert_memory_equal(keys_purpose(keys, table[i].purpose).at, okm, sizeof okm);
	}
}

/* A folder of before has no record key; what is made signs for the record alone, and those of before stay. */
static void keys_of_the_record(void **state)
{
	struct forge *f = *state;
	struct str reason, said = STR("tiepdan record 1\n"), other = STR("tiepdan record 2\n");
	uint8_t signature[ES256_SIGNATURE_SIZE];
	const struct keys *keys;

	assert_int_equal(f->keys->record.n, 1);
	assert_int_equal(count_files(f->folder, "record-"), 1);
	assert_null(keys_signing(&f->keys->token, str_of(f->keys->record.at[0].kid)));
	assert_ptr_equal(
		keys_signing(&f->keys->record, str_of(f->keys->record.at[0].kid)), &f->keys->record.at[0]);
	assert_true(es256_sign(f->keys->record.at[0].key, said, signature));
	assert_int_equal(es256_verify(f->keys->record.at[0].key, said, signature), ES256_GOOD);
	assert_int_equal(es256_verify(f->keys->record.at[0].key, other, signature), ES256_BAD);
	assert_int_equal(es256_verify(f->keys->token.at[0].key, said, signature), ES256_BAD);
	assert_int_equal(unlink(path_in(f, arena_cstr(f->arena, arena_printf(f->arena, "record-%s.pem",
									f->keys->record.at[0].kid)))),
		0);
	keys = keys_load(f->arena, f->folder, &reason);
	assert_non_null(keys);
	assert_int_equal(keys->record.n, 0);
	assert_string_equal(arena_cstr(f->arena, keys->record.jwks), "{\"keys\":[]}");
	assert_int_equal(keys_create(f->arena, f->folder, &reason), 0);
	assert_int_equal(keys_rotate_record(f->arena, f->folder, &reason), 0);
	keys = keys_load(f->arena, f->folder, &reason);
	assert_int_equal(keys->record.n, 2);
	assert_int_equal(keys->token.n, 1);
	assert_true(strcmp(keys->record.at[0].kid, keys->record.at[1].kid) < 0);
	assert_ptr_equal(keys->record.signs, &keys->record.at[1]);
}

static void loose_modes_are_refused(void **state)
{
	static const mode_t file_modes[] = {0640, 0620, 0610, 0604, 0602, 0601, 0644, 0666, 0777};
	static const mode_t folder_modes[] = {0750, 0720, 0710, 0705, 0702, 0701, 0755, 0777};
	struct forge *f = *state;
	const char *names[] = {"secret.key", "seal-1.key", token_file(f)};

	for (size_t n = 0; n < 3; n++) {
		for (size_t i = 0; i < sizeof file_modes / sizeof file_modes[0]; i++) {
			assert_int_equal(chmod(path_in(f, names[n]), file_modes[i]), 0);
			refused(f, "can be read by others");
			refused(f, names[n]);
		}
		assert_int_equal(chmod(path_in(f, names[n]), 0400), 0);
		loads(f);
	}
	for (size_t i = 0; i < sizeof folder_modes / sizeof folder_modes[0]; i++) {
		assert_int_equal(chmod(f->folder, folder_modes[i]), 0);
		refused(f, "can be read by others");
	}
	assert_int_equal(chmod(f->folder, 0500), 0);
	loads(f);
}

static void links_and_odd_files_are_refused(void **state)
{
	struct forge *f = *state;
	char *link_to_folder = arena_cstr(f->arena, arena_printf(f->arena, "%s/link", f->base));
	struct str reason;

	assert_int_equal(rename(path_in(f, "secret.key"), path_in(f, "real")), 0);
	refused(f, "secret.key is missing");
	assert_int_equal(symlink("real", path_in(f, "secret.key")), 0);
	refused(f, "is a symbolic link");
	assert_int_equal(unlink(path_in(f, "secret.key")), 0);
	assert_int_equal(mkfifo(path_in(f, "secret.key"), 0600), 0);
	refused(f, "is not a plain file");
	assert_int_equal(unlink(path_in(f, "secret.key")), 0);
	assert_int_equal(mkdir(path_in(f, "secret.key"), 0700), 0);
	refused(f, "is not a plain file");
	assert_int_equal(rmdir(path_in(f, "secret.key")), 0);
	assert_int_equal(rename(path_in(f, "real"), path_in(f, "secret.key")), 0);
	loads(f);
	assert_int_equal(symlink(token_file(f), path_in(f, "token-zzz.pem")), 0);
	refused(f, "token-zzz.pem is a symbolic link");
	assert_int_equal(symlink(f->folder, link_to_folder), 0);
	assert_null(keys_load(f->arena, link_to_folder, &reason));
	assert_non_null(strstr(arena_cstr(f->arena, reason), "is not a folder"));
	assert_null(keys_load(f->arena, path_in(f, "nowhere"), &reason));
	assert_non_null(strstr(arena_cstr(f->arena, reason), "is missing"));
}

static void somebody_elses_files_are_refused(void **state)
{
	struct forge *f = *state;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(path_in(f, "seal-1.key"), 65534, 65534), 0);
	refused(f, "belongs to somebody else");
	assert_int_equal(chown(path_in(f, "seal-1.key"), 0, 0), 0);
	assert_int_equal(chown(f->folder, 65534, 65534), 0);
	refused(f, "belongs to somebody else");
}

static void contents_are_checked(void **state)
{
	static const char *const hex[] = {"", "\n", "00", "zz",
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde",
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0",
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg",
		" 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"};
	struct forge *f = *state;
	char big[5000];

	for (size_t i = 0; i < sizeof hex / sizeof hex[0]; i++) {
		put_file(f, "seal-2.key", hex[i], 0600);
		refused(f, "seal-2.key does not hold 64 hex digits");
	}
	memset(big, 'a', sizeof big - 1);
	big[sizeof big - 1] = 0;
	put_file(f, "seal-2.key", big, 0600);
	refused(f, "is too long");
	(void)unlink(path_in(f, "seal-2.key"));
	for (const char *const *name = (const char *[]){"seal-0.key", "seal-01.key", "seal--1.key",
		     "seal-x.key", "seal-9223372036854775808.key", NULL};
		*name; name++) {
		put_file(f, *name, hex[0], 0600);
		refused(f, "is no epoch");
		(void)unlink(path_in(f, *name));
	}
	put_file(f, "token-a b.pem", "", 0600);
	refused(f, "is no key id");
	(void)unlink(path_in(f, "token-a b.pem"));
	put_file(f, "token-123456789012345678901234.pem", "", 0600);
	refused(f, "is no key id");
	(void)unlink(path_in(f, "token-123456789012345678901234.pem"));
	put_file(f, "README", "not looked at", 0644);
	put_file(f, ".new-0000000000000000", "left by a crash", 0600);
	loads(f);
}

static void put_pem(const struct forge *f, EVP_PKEY *key, const EVP_CIPHER *cipher)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *at;

	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(
				 bio, key, cipher, cipher ? "secret" : NULL, cipher ? 6 : 0, NULL, NULL),
		1);
	long len = BIO_get_mem_data(bio, &at);
	put_file(f, "token-zzz.pem", arena_cstr(f->arena, (struct str){at, (size_t)len}), 0600);
	BIO_free(bio);
	EVP_PKEY_free(key);
}

static void only_sound_p256_keys_are_taken(void **state)
{
	struct forge *f = *state;
	BIO *bio = BIO_new(BIO_s_mem());
	char *at;

	put_pem(f, EVP_EC_gen("P-384"), NULL);
	refused(f, "P-256");
	put_pem(f, EVP_EC_gen("secp256k1"), NULL);
	refused(f, "P-256");
	put_pem(f, EVP_RSA_gen(2048), NULL);
	refused(f, "P-256");
	put_pem(f, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL);
	refused(f, "P-256");
	put_pem(f, EVP_EC_gen("P-256"), EVP_aes_128_cbc());
	refused(f, "without passphrase");
	PEM_write_bio_PUBKEY(bio, f->keys->token.at[0].key);
	long len = BIO_get_mem_data(bio, &at);
	put_file(f, "token-zzz.pem", arena_cstr(f->arena, (struct str){at, (size_t)len}), 0600);
	refused(f, "no private key");
	BIO_free(bio);
	put_file(f, "token-zzz.pem", "", 0600);
	refused(f, "no private key");
	put_pem(f, EVP_EC_gen("P-256"), NULL);
	loads(f);
}

static void a_lost_secret_is_not_made_anew(void **state)
{
	struct forge *f = *state;
	struct str reason;

	assert_int_equal(unlink(path_in(f, "secret.key")), 0);
	assert_int_equal(keys_create(f->arena, f->folder, &reason), -ENOENT);
	assert_int_equal(count_files(f->folder, "secret.key"), 0);
	refused(f, "secret.key is missing");
}

static void missing_kinds_are_named(void **state)
{
	struct forge *f = *state;
	struct str reason;

	assert_int_equal(unlink(path_in(f, token_file(f))), 0);
	refused(f, "holds no token");
	assert_int_equal(keys_create(f->arena, f->folder, &reason), 0);
	loads(f);
	assert_int_equal(unlink(path_in(f, "seal-1.key")), 0);
	refused(f, "holds no seal");
}

static void rotation_has_an_end_and_an_order(void **state)
{
	struct forge *f = *state;
	struct str reason;
	const struct keys *keys;

	for (unsigned n = 1; n < KEY_TOKENS_MAX; n++) {
		assert_int_equal(usleep(2000), 0);
		assert_int_equal(keys_rotate_token(f->arena, f->folder, &reason), 0);
	}
	keys = keys_load(f->arena, f->folder, &reason);
	assert_int_equal(keys->token.n, KEY_TOKENS_MAX);
	for (unsigned i = 1; i < keys->token.n; i++)
		assert_true(strcmp(keys->token.at[i - 1].kid, keys->token.at[i].kid) < 0);
	assert_int_equal(keys_rotate_token(f->arena, f->folder, &reason), -ENOSPC);
	assert_int_equal(count_files(f->folder, "token-"), KEY_TOKENS_MAX);
}

static void a_key_from_the_future_is_noticed(void **state)
{
	struct forge *f = *state;
	struct str reason;

	assert_int_equal(
		rename(path_in(f, token_file(f)), path_in(f, "token-99990101000000000-0000.pem")), 0);
	assert_int_equal(keys_rotate_token(f->arena, f->folder, &reason), -EAGAIN);
	assert_non_null(strstr(arena_cstr(f->arena, reason), "clock"));
	assert_int_equal(count_files(f->folder, "token-"), 1);
}

/* RFC 7517: the public half only, in this order and form; the newest first. */
static void the_jwk_set(void **state)
{
	struct forge *f = *state;
	struct str reason, expected;
	unsigned char point[65];
	size_t len;
	const struct keys *keys;

	assert_int_equal(
		EVP_PKEY_get_octet_string_param(f->keys->token.at[0].key, "pub", point, sizeof point, &len),
		1);
	assert_int_equal(len, 65);
	struct str x = digest_b64url(f->arena, (struct str){(char *)point + 1, 32});
	struct str y = digest_b64url(f->arena, (struct str){(char *)point + 33, 32});
	expected = arena_printf(f->arena,
		"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%.*s\",\"y\":\"%.*s\","
		"\"kid\":\"%s\",\"alg\":\"ES256\",\"use\":\"sig\"}]}",
		STR_ARG(x), STR_ARG(y), f->keys->token.at[0].kid);
	assert_string_equal(arena_cstr(f->arena, f->keys->token.jwks), arena_cstr(f->arena, expected));

	assert_int_equal(keys_rotate_token(f->arena, f->folder, &reason), 0);
	keys = keys_load(f->arena, f->folder, &reason);
	char *text = arena_cstr(f->arena, keys->token.jwks);
	assert_true(strstr(text, keys->token.at[1].kid) < strstr(text, keys->token.at[0].kid));
	assert_null(strstr(text, "\"d\""));
}

/* The n-th call fails, for every n: no half-made file is ever taken for a key, and trying again mends all. */
static void a_failing_call_leaves_nothing_half_made(void **state)
{
	static const char *const kinds[] = {"open", "read", "write", "fsync", "rename"};
	struct forge *f = *state;
	struct str reason;
	char spec[32];

	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
		for (int n = 1, made = -1; made != 0; n++) {
			assert_true(n < 50);
			forge_empty_folder(f->folder);
			(void)rmdir(f->folder);
			(void)snprintf(spec, sizeof spec, "%s:%d", kinds[k], n);
			fail_arm(spec);
			made = keys_create(f->arena, f->folder, &reason);
			fail_arm(NULL);
			assert_true(made == 0 || reason.at != NULL);
			assert_int_equal(count_files(f->folder, ".new"), 0);
			assert_int_equal(keys_create(f->arena, f->folder, &reason), 0);
			loads(f);
		}
}

static void a_failing_call_while_loading_is_a_reason(void **state)
{
	static const char *const kinds[] = {"open", "read"};
	struct forge *f = *state;
	struct str reason;
	char spec[32];

	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		const struct keys *keys = NULL;

		for (int n = 1; keys == NULL; n++) {
			assert_true(n < 50);
			(void)snprintf(spec, sizeof spec, "%s:%d", kinds[k], n);
			fail_arm(spec);
			keys = keys_load(f->arena, f->folder, &reason);
			fail_arm(NULL);
			assert_true(keys != NULL || reason.at != NULL);
		}
	}
}

/* A private key of before can be taken away: its public half stays, verifies and is published, and what is
 * published verifies too. */
static void public_halves(void **state)
{
	struct forge *f = *state;
	struct str reason, said = STR("tiepdan record 1\n");
	uint8_t signature[ES256_SIGNATURE_SIZE];
	const char *kid = f->keys->record.at[0].kid;
	struct signing_keys read;
	const struct keys *keys;

	assert_true(es256_sign(f->keys->record.at[0].key, said, signature));
	assert_int_equal(keys_rotate_record(f->arena, f->folder, &reason), 0);
	assert_int_equal(count_files(f->folder, "record-"), 3);
	assert_int_equal(keys_rotate_record(f->arena, f->folder, &reason), 0);
	assert_int_equal(count_files(f->folder, "record-"), 5);
	keys = keys_load(f->arena, f->folder, &reason);
	assert_non_null(keys);
	assert_int_equal(keys->record.n, 3);
	assert_true(keys->record.at[0].pem.at != NULL);
	assert_int_equal(
		unlink(path_in(f, arena_cstr(f->arena, arena_printf(f->arena, "record-%s.pem", kid)))), 0);
	keys = keys_load(f->arena, f->folder, &reason);
	assert_non_null(keys);
	assert_int_equal(keys->record.n, 3);
	assert_string_equal(keys->record.at[0].kid, kid);
	assert_null(keys->record.at[0].pem.at);
	assert_ptr_equal(keys->record.signs, &keys->record.at[2]);
	assert_int_equal(es256_verify(keys->record.at[0].key, said, signature), ES256_GOOD);
	assert_true(jwk_read_set(f->arena, keys->record.jwks, &read));
	assert_int_equal(read.n, 3);
	assert_int_equal(es256_verify(keys_signing(&read, str_of(kid))->key, said, signature), ES256_GOOD);
	signature[0] ^= 1;
	assert_int_equal(es256_verify(keys_signing(&read, str_of(kid))->key, said, signature), ES256_BAD);
	for (const char *const *bad = (const char *[]){"", "[]", "{\"keys\":[{}]}",
		     "{\"keys\":[{\"kid\":\"a\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}", NULL};
		*bad; bad++)
		assert_false(jwk_read_set(f->arena, str_of(*bad), &read));
	put_file(f, arena_cstr(f->arena, arena_printf(f->arena, "record-%s.pub.pem", kid)), "x", 0600);
	refused(f, "is no public key on the curve P-256 in PEM form");
}

/* Where public halves alone are left, a new key is made. */
static void public_halves_alone(void **state)
{
	struct forge *f = *state;
	struct str reason;
	const struct keys *keys;
	char *old = arena_cstr(f->arena, arena_printf(f->arena, "record-%s.pem", f->keys->record.at[0].kid));

	assert_int_equal(keys_rotate_record(f->arena, f->folder, &reason), 0);
	keys = keys_load(f->arena, f->folder, &reason);
	assert_non_null(keys);
	assert_int_equal(unlink(path_in(f, old)), 0);
	old = arena_cstr(f->arena, arena_printf(f->arena, "record-%s.pem", keys->record.signs->kid));
	assert_int_equal(unlink(path_in(f, old)), 0);
	keys = keys_load(f->arena, f->folder, &reason);
	assert_non_null(keys);
	assert_int_equal(keys->record.n, 1);
	assert_null(keys->record.signs);
	assert_int_equal(keys_create(f->arena, f->folder, &reason), 0);
	keys = keys_load(f->arena, f->folder, &reason);
	assert_non_null(keys);
	assert_int_equal(keys->record.n, 2);
	assert_ptr_equal(keys->record.signs, &keys->record.at[1]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, forge_setup, forge_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_new_folder_is_private_and_complete),
		TEST(creating_again_changes_nothing),
		TEST(purposes_differ),
		TEST(purposes_are_hkdf),
		TEST(keys_of_the_record),
		TEST(public_halves),
		TEST(public_halves_alone),
		TEST(loose_modes_are_refused),
		TEST(links_and_odd_files_are_refused),
		TEST(somebody_elses_files_are_refused),
		TEST(contents_are_checked),
		TEST(only_sound_p256_keys_are_taken),
		TEST(a_lost_secret_is_not_made_anew),
		TEST(missing_kinds_are_named),
		TEST(rotation_has_an_end_and_an_order),
		TEST(a_key_from_the_future_is_noticed),
		TEST(the_jwk_set),
		TEST(a_failing_call_leaves_nothing_half_made),
		TEST(a_failing_call_while_loading_is_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
