/* The migrations that a program knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/embedded.h"

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
		cmocka_unit_test(migrations_have_no_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
