#ifndef TIEPDAN_BASE_DIGEST_H
#define TIEPDAN_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum {
	DIGEST_SIZE = 32
};

struct digest {
	uint8_t byte[DIGEST_SIZE];
};

struct digest digest_sha256(struct str data);
/* Of a whole file, from its beginning. Returns 0 or a negative errno. Blocks as long as the disk does. */
int digest_file(int fd, struct digest *ret);
/* HMAC-SHA-256 (RFC 2104) over the concatenation of `n` parts, each preceded by its length as 8 bytes big
 * endian, so that ("ab","c") and ("a","bc") differ. */
struct digest digest_hmac(struct str key, const struct str *parts, size_t n);
bool digest_eq(const struct digest *a, const struct digest *b);
struct str digest_bytes(const struct digest *d); /* a view, lives as long as *d */

/* SipHash-2-4: a keyed function of short inputs, for small numbers. */
uint64_t digest_siphash(const uint64_t key[2], struct str data);

/* Encodings. Decoders are strict (canonical form only) and return absent on any fault. */
struct str digest_hex(struct arena *arena, struct str bytes);
struct str digest_b64url(struct arena *arena, struct str bytes); /* RFC 4648 section 5, no padding */
struct str digest_b64url_decode(struct arena *arena, struct str text);
struct str digest_hex_decode(struct arena *arena, struct str text);

#endif
