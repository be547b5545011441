/* Merkle trees, level by level: the last node of a level goes up as it is when it has no neighbour, which
 * gives the trees of RFC 9162. */
#include "base/merkle.h"

#include <string.h>

#include "base/must.h"

enum {
	LEAF = 0,
	NODE = 1
};

struct digest merkle_leaf(struct str entry)
{
	char bytes[1 + MERKLE_ENTRY_MAX] = {LEAF};

	must(entry.len <= MERKLE_ENTRY_MAX);
	memcpy(bytes + 1, entry.at, entry.len);
	return digest_sha256((struct str){bytes, 1 + entry.len});
}

static struct digest node_over(const struct digest *left, const struct digest *right)
{
	char bytes[1 + 2 * DIGEST_SIZE] = {NODE};

	memcpy(bytes + 1, left->byte, DIGEST_SIZE);
	memcpy(bytes + 1 + DIGEST_SIZE, right->byte, DIGEST_SIZE);
	return digest_sha256((struct str){bytes, sizeof(bytes)});
}

/* The next level in the place of this one. Returns its size. */
static size_t go_up(struct digest *level, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		level[i / 2] = node_over(&level[i], &level[i + 1]);
	if (n % 2 == 1)
		level[n / 2] = level[n - 1];
	return n / 2 + n % 2;
}

struct digest merkle_root(struct digest *leaf, size_t n)
{
	if (n == 0)
		return digest_sha256(STR(""));
	while (n > 1)
		n = go_up(leaf, n);
	return leaf[0];
}

void merkle_path(struct digest *leaf, size_t n, size_t place, struct merkle_path *ret)
{
	must(place < n);
	ret->n = 0;
	for (; n > 1; place /= 2) {
		size_t neighbour = place ^ 1;

		if (neighbour < n) {
			must(ret->n < MERKLE_PATH_MAX);
			ret->node[ret->n++] = leaf[neighbour];
		}
		n = go_up(leaf, n);
	}
}

bool merkle_follow(const struct digest *leaf, size_t place, size_t n, const struct merkle_path *path,
	struct digest *ret_root)
{
	size_t last = n - 1, used = 0;

	if (place >= n)
		return false;
	*ret_root = *leaf;
	for (; last > 0; place /= 2, last /= 2) {
		if (place == last && place % 2 == 0)
			continue; /* no neighbour on this level */
		if (used == path->n)
			return false;
		const struct digest *other = &path->node[used++];
		*ret_root = place % 2 == 1 ? node_over(other, ret_root) : node_over(ret_root, other);
	}
	return used == path->n;
}
