/* serve/schema.h: which schema a program may serve. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/embedded.h"
#include "serve/schema.h"

static bool serves(int64_t known, int64_t schema, int64_t oldest)
{
	struct arena *arena = arena_new();
	bool good = schema_fault(arena, known, schema, oldest).at == NULL;

	arena_free(arena);
	return good;
}

static void serves_what_carries_it(void **state)
{
	(void)state;
	assert_true(serves(16, 16, 1));
	assert_true(serves(16, 16, 16));
	assert_true(
		serves(16, 20, 12)); /* a newer schema, additive so far: old and new servers side by side */
	assert_false(serves(16, 15, 1));  /* migrations are missing */
	assert_false(serves(16, 20, 17)); /* the schema has left this program behind */
	assert_false(serves(16, 0, 1));
}

/* What the program knows is how many there are: so each has its number. */
static void migrations_have_no_gaps(void **state)
{
	const struct embedded_group *migrations = embedded_group("migrations");

	(void)state;
	assert_non_null(migrations);
	for (unsigned i = 0; i < migrations->n; i++)
		assert_int_equal(strtol(migrations->files[i].name, NULL, 10), i + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serves_what_carries_it),
		cmocka_unit_test(migrations_have_no_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
