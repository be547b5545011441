/* Merkle trees against their definition (RFC 9162 section 2.1.1), and paths that lead nowhere. */
#include "unit.h"

#include <string.h>

#include "base/merkle.h"

enum {
	MOST = 70
};

static void fill(struct digest *leaf, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct digest entry = digest_sha256((struct str){(const char *)&i, sizeof(i)});
		leaf[i] = merkle_leaf(digest_bytes(&entry));
	}
}

static void same(const struct digest *a, const struct digest *b)
{
	assert_memory_equal(a->byte, b->byte, DIGEST_SIZE);
}

/* MTH of the RFC, as it is written there. */
static struct digest defined(const struct digest *leaf, size_t n)
{
	size_t k = 1;
	char node[1 + 2 * DIGEST_SIZE] = {1};

	if (n == 1)
		return leaf[0];
	while (k * 2 < n)
		k *= 2;
	struct digest left = defined(leaf, k), right = defined(leaf + k, n - k);
	memcpy(node + 1, left.byte, DIGEST_SIZE);
	memcpy(node + 1 + DIGEST_SIZE, right.byte, DIGEST_SIZE);
	return digest_sha256((struct str){node, sizeof(node)});
}

static void roots(void **state)
{
	struct digest leaf[MOST], nothing = digest_sha256(STR("")), root = merkle_root(leaf, 0);

	(void)state;
	same(&root, &nothing);
	for (size_t n = 1; n <= MOST; n++) {
		fill(leaf, n);
		struct digest want = defined(leaf, n);
		root = merkle_root(leaf, n);
		same(&root, &want);
	}
}

static void a_leaf_is_no_node(void **state)
{
	char bytes[1 + DIGEST_SIZE] = {0};
	struct digest entry = digest_sha256(STR("x")), leaf = merkle_leaf(digest_bytes(&entry)), want;

	(void)state;
	memcpy(bytes + 1, entry.byte, DIGEST_SIZE);
	want = digest_sha256((struct str){bytes, sizeof(bytes)});
	same(&leaf, &want);
}

/* The path of each leaf leads to the root, and from no other place, with no other leaf, in no other tree. */
static void paths(void **state)
{
	struct digest leaf[MOST], one, root, got;
	struct merkle_path path;

	(void)state;
	for (size_t n = 1; n <= MOST; n++)
		for (size_t place = 0; place < n; place++) {
			fill(leaf, n);
			one = leaf[place];
			merkle_path(leaf, n, place, &path);
			fill(leaf, n);
			root = merkle_root(leaf, n);
			assert_true(merkle_follow(&one, place, n, &path, &got));
			same(&got, &root);
			for (size_t other = 0; other < n; other++)
				if (other != place && merkle_follow(&one, other, n, &path, &got))
					assert_memory_not_equal(got.byte, root.byte, DIGEST_SIZE);
			if (path.n > 0) {
				path.node[path.n / 2].byte[7] ^= 1;
				assert_true(merkle_follow(&one, place, n, &path, &got));
				assert_memory_not_equal(got.byte, root.byte, DIGEST_SIZE);
				path.n--;
				assert_false(merkle_follow(&one, place, n, &path, &got));
				path.n += 2;
				path.node[path.n - 1] = one;
				assert_false(merkle_follow(&one, place, n, &path, &got));
			}
			assert_false(merkle_follow(&one, n, n, &path, &got));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots),
		cmocka_unit_test(a_leaf_is_no_node),
		cmocka_unit_test(paths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
