/* Sealing of personal data with libsodium. */
#include "auth/seal.h"

#include <endian.h>
#include <string.h>

#include <sodium.h>

#include "base/must.h"
#include "base/rand.h"
#include "db/answer.h"

enum {
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	OVERHEAD = NONCE + TAG,
	SALT = 32,
};

_Static_assert(KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "one size of key");

static struct str view(const uint8_t *at, size_t len)
{
	return (struct str){(const char *)at, len};
}

/* What a box belongs to: which of the two boxes of which owner under which epoch. All but the owner have
 * fixed sizes, so two different places never read alike. */
static struct str place(struct arena *arena, char part, int64_t epoch, struct str owner)
{
	uint64_t wire = htobe64((uint64_t)epoch);
	char *at = arena_alloc(arena, 1 + sizeof(wire) + owner.len);

	at[0] = part;
	memcpy(at + 1, &wire, sizeof(wire));
	if (owner.len > 0)
		memcpy(at + 1 + sizeof(wire), owner.at, owner.len);
	return (struct str){at, 1 + sizeof(wire) + owner.len};
}

static struct str box_close(
	struct arena *arena, const uint8_t key[KEY_SIZE], struct str place, struct str plain)
{
	uint8_t *box = arena_alloc(arena, OVERHEAD + plain.len);

	rand_bytes(box, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE, NULL, (const uint8_t *)plain.at, plain.len,
		(const uint8_t *)place.at, place.len, NULL, box, key);
	return view(box, OVERHEAD + plain.len);
}

static struct str box_open(struct arena *arena, const uint8_t key[KEY_SIZE], struct str place, struct str box)
{
	const uint8_t *nonce = (const uint8_t *)box.at;
	uint8_t *plain;

	if (!box.at || box.len < OVERHEAD)
		return STR_NONE;
	plain = arena_try(arena, box.len - OVERHEAD + 1);
	if (!plain) {
		arena_fail(arena);
		return STR_NONE;
	}
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, nonce + NONCE, box.len - NONCE,
		    (const uint8_t *)place.at, place.len, nonce, key) < 0)
		return STR_NONE;
	return view(plain, box.len - OVERHEAD);
}

/* `inner` is salt and plain text. */
static void close_under_newest(
	struct arena *arena, const struct keys *keys, struct str owner, struct str inner, struct sealed *ret)
{
	const struct seal_key *master = &keys->seal[keys->nseal - 1];
	uint8_t key[KEY_SIZE];

	must(keys->nseal > 0);
	rand_bytes(key, sizeof(key));
	*ret = (struct sealed){
		.epoch = master->epoch,
		.wrapped = box_close(
			arena, master->key, place(arena, 'k', master->epoch, owner), view(key, sizeof(key))),
		.box = box_close(arena, key, place(arena, 'b', master->epoch, owner), inner),
	};
	sodium_memzero(key, sizeof(key));
}

void seal(
	struct arena *arena, const struct keys *keys, struct str owner, struct str plain, struct sealed *ret)
{
	uint8_t *salted = arena_alloc(arena, SALT + plain.len);
	struct str inner = view(salted, SALT + plain.len);
	struct digest commitment;

	must(plain.at);
	rand_bytes(salted, SALT);
	memcpy(salted + SALT, plain.at, plain.len);
	commitment = digest_sha256(inner);
	close_under_newest(arena, keys, owner, inner, ret);
	ret->commitment = arena_str(arena, digest_bytes(&commitment));
	sodium_memzero(salted, SALT);
}

struct sealed sealed_of(struct arena *arena, const PGresult *result, int row)
{
	return (struct sealed){.epoch = db_cell_int(result, row, "epoch"),
		.wrapped = db_cell_bytes(arena, result, row, "wrapped"),
		.box = db_cell_bytes(arena, result, row, "box")};
}

static const struct seal_key *find_master(const struct keys *keys, int64_t epoch)
{
	for (unsigned i = 0; i < keys->nseal; i++)
		if (keys->seal[i].epoch == epoch)
			return &keys->seal[i];
	return NULL;
}

/* Salt and plain text, absent as for seal_open(). */
static struct str open_inner(
	struct arena *arena, const struct keys *keys, struct str owner, const struct sealed *sealed)
{
	const struct seal_key *master = find_master(keys, sealed->epoch);
	struct str key, inner;

	if (!master)
		return STR_NONE;
	key = box_open(arena, master->key, place(arena, 'k', master->epoch, owner), sealed->wrapped);
	if (!key.at || key.len != KEY_SIZE)
		return STR_NONE;
	inner = box_open(
		arena, (const uint8_t *)key.at, place(arena, 'b', master->epoch, owner), sealed->box);
	return inner.at && inner.len >= SALT ? inner : STR_NONE;
}

struct str seal_open(
	struct arena *arena, const struct keys *keys, struct str owner, const struct sealed *sealed)
{
	struct str inner = open_inner(arena, keys, owner, sealed);
	struct digest commitment;

	if (!inner.at)
		return STR_NONE;
	commitment = digest_sha256(inner);
	if (sealed->commitment.at && !str_eq(sealed->commitment, digest_bytes(&commitment)))
		return STR_NONE;
	return (struct str){inner.at + SALT, inner.len - SALT};
}

bool seal_again(struct arena *arena, const struct keys *keys, struct str owner, const struct sealed *sealed,
	struct sealed *ret)
{
	struct str inner = open_inner(arena, keys, owner, sealed);

	if (inner.at)
		close_under_newest(arena, keys, owner, inner, ret);
	return inner.at;
}

struct str seal_blind_index(struct arena *arena, const struct keys *keys, struct str normalised)
{
	struct digest index = digest_hmac(keys_purpose(keys, KEY_BLIND_INDEX), &normalised, 1);

	return arena_str(arena, digest_bytes(&index));
}
