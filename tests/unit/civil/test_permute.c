/* The keyed permutation: bijective for every width that can be walked through, and another one for each key
 * and label. */
#include "civil/permute.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void bijective(void **state)
{
	(void)state;
	for (unsigned bits = 2; bits <= 15; bits++) {
		struct permute p = permute_of(STR("a key"), STR("label"), bits);
		size_t n = (size_t)1 << bits;
		unsigned char *seen = calloc(n, 1);

		assert_non_null(seen);
		for (size_t i = 0; i < n; i++) {
			uint64_t image = permute_apply(&p, i);

			assert_true(image < n);
			assert_false(seen[image]);
			seen[image] = 1;
			assert_int_equal(permute_invert(&p, image), i);
		}
		free(seen);
	}
}

static void wide(void **state)
{
	struct permute p = permute_of(STR("a key"), STR("label"), 62);
	const uint64_t most = (UINT64_C(1) << 62) - 1;
	(void)state;

	for (uint64_t i = 0; i < 1000; i++) {
		assert_int_equal(permute_invert(&p, permute_apply(&p, i)), i);
		assert_int_equal(permute_invert(&p, permute_apply(&p, most - i)), most - i);
	}
}

static void keys_and_labels(void **state)
{
	struct permute p = permute_of(STR("a key"), STR("label"), 35);
	struct permute key = permute_of(STR("another key"), STR("label"), 35);
	struct permute label = permute_of(STR("a key"), STR("another label"), 35);
	unsigned same = 0, flipped = 0;
	(void)state;

	for (uint64_t i = 0; i < 1000; i++) {
		same += permute_apply(&p, i) == permute_apply(&key, i);
		same += permute_apply(&p, i) == permute_apply(&label, i);
		flipped += (unsigned)__builtin_popcountll(permute_apply(&p, i) ^ permute_apply(&p, i ^ 1));
	}
	assert_true(same <= 1);
	/* Neighbours differ in half of the 35 bits: 17,500, with a standard deviation of about 100. */
	assert_in_range(flipped, 16900, 18100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bijective),
		cmocka_unit_test(wide),
		cmocka_unit_test(keys_and_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
