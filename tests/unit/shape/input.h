#ifndef TIEPDAN_TESTS_UNIT_SHAPE_INPUT_H
#define TIEPDAN_TESTS_UNIT_SHAPE_INPUT_H

/* What the unit tests of shape share: a request without a connection, and a look at the faults that it got.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/config.h"
#include "base/fail.h"
#include "http/req.h"
#include "shape/shape.h"

#define assert_str(s, literal)                                                                               \
	do {                                                                                                 \
		struct str got_ = (s);                                                                       \
		assert_non_null(got_.at);                                                                    \
		assert_int_equal(got_.len, sizeof(literal) - 1);                                             \
		assert_memory_equal(got_.at, literal, sizeof(literal) - 1);                                  \
	} while (0)

static inline struct req *input_req(void)
{
	static const struct config config = {.public_url = "http://localhost"};
	static struct app app = {.config = &config};
	struct req *req = req_new(&app, NULL);

	assert_non_null(req);
	return req;
}

static inline void input_end(struct req *req)
{
	arena_free(req->arena);
}

/* The fault at `where`, in the form "code"; "" when there is none. */
static inline const char *input_fault(const struct req *req, const char *where)
{
	for (unsigned i = 0; i < req->nfaults; i++)
		if (str_eq(req->faults[i].where, str_of(where)))
			return fault_name(req->faults[i].code);
	return "";
}

/* Once per program. */
static inline int input_setup(void **state)
{
	(void)state;
	arena_reserve(1 << 20);
	shape_init();
	return 0;
}

#endif
