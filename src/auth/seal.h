#ifndef TIEPDAN_AUTH_SEAL_H
#define TIEPDAN_AUTH_SEAL_H

#include <libpq-fe.h>

#include "auth/keys.h"

/* Personal data at rest: XChaCha20-Poly1305 (libsodium) under a key of its own per record, which is wrapped
 * by the master key of an epoch. `owner` (the id of the row) is associated data: a sealed value moved to
 * another row does not open. Erasure is the destruction of the wrapped key. */
struct sealed {
	int64_t epoch;
	struct str wrapped;    /* the record's key, sealed by the master key */
	struct str box;	       /* nonce and cipher text                      */
	struct str commitment; /* SHA-256 of salt and plain text; the salt is inside the box, so it is
				  worthless after erasure */
};

void seal(
	struct arena *arena, const struct keys *keys, struct str owner, struct str plain, struct sealed *ret);
/* As a row has it in the columns epoch, wrapped and box; without its commitment. The box of NULL is absent.
 * */
struct sealed sealed_of(struct arena *arena, const PGresult *result, int row);
/* Absent when it was sealed for another owner, changed, or its epoch's key is gone; also when a commitment
 * is given that is not the one of this text. An absent commitment is not looked at. Marks the arena as
 * failed when memory is out. */
struct str seal_open(
	struct arena *arena, const struct keys *keys, struct str owner, const struct sealed *sealed);
/* The same under the newest master key: what is inside stays as it is, and its commitment with it, which is
 * not filled in. False when it does not open. */
bool seal_again(struct arena *arena, const struct keys *keys, struct str owner, const struct sealed *sealed,
	struct sealed *ret);
/* Keyed index (HMAC-SHA-256, 32 bytes) for finding a phone or e-mail without storing it readable. */
struct str seal_blind_index(struct arena *arena, const struct keys *keys, struct str normalised);

#endif
