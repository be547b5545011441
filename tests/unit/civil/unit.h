#ifndef TIEPDAN_TESTS_UNIT_CIVIL_UNIT_H
#define TIEPDAN_TESTS_UNIT_CIVIL_UNIT_H

/* What the unit tests of civil share: cmocka with the headers it wants first, and an arena that each group
 * has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"

static struct arena *arena;

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	return arena ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#endif
