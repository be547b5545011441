#ifndef TIEPDAN_BASE_MERKLE_H
#define TIEPDAN_BASE_MERKLE_H

#include "base/digest.h"

/* Merkle trees over SHA-256 (RFC 9162 section 2.1): a leaf is hashed behind a byte 0, a node behind a byte 1,
 * so that neither can stand in for the other. A tree of n leaves is one of the largest power of two below n
 * on the left, and of the rest on the right. */

enum {
	MERKLE_ENTRY_MAX = 64,
	MERKLE_PATH_MAX = 32 /* nodes of a path: trees of up to 2^32 leaves */
};

struct merkle_path {
	struct digest node[MERKLE_PATH_MAX]; /* from the leaf upward */
	unsigned n;
};

/* An entry (at most MERKLE_ENTRY_MAX bytes) as it stands in the tree. */
struct digest merkle_leaf(struct str entry);
/* The root over `n` leaves, of none the hash of nothing. The leaves are overwritten. */
struct digest merkle_root(struct digest *leaf, size_t n);
/* What leads from the leaf `place` (counting from 0, below n) to the root. The leaves are overwritten. */
void merkle_path(struct digest *leaf, size_t n, size_t place, struct merkle_path *ret);
/* Where that path leads from this leaf: to the root, or the leaf or the path is not of that tree (RFC 9162
 * section 2.1.3.2). False when a tree of `n` has no such path. */
bool merkle_follow(const struct digest *leaf, size_t place, size_t n, const struct merkle_path *path,
	struct digest *ret_root);

#endif
