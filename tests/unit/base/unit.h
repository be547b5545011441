#ifndef TIEPDAN_TESTS_UNIT_BASE_UNIT_H
#define TIEPDAN_TESTS_UNIT_BASE_UNIT_H

/* What the unit tests of base share: cmocka with the headers it wants first, and texts compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

#define assert_str(s, literal)                                                                               \
	do {                                                                                                 \
		struct str got_ = (s);                                                                       \
		assert_non_null(got_.at);                                                                    \
		assert_int_equal(got_.len, sizeof(literal) - 1);                                             \
		assert_memory_equal(got_.at, literal, sizeof(literal) - 1);                                  \
	} while (0)

#endif
