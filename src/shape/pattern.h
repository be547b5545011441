#ifndef TIEPDAN_SHAPE_PATTERN_H
#define TIEPDAN_SHAPE_PATTERN_H

#include "base/arena.h"

/* What x-pattern in the contract means: each takes a cleaned text and gives its normal form, absent when it
 * does not fit. */
struct str pattern_phone(struct arena *arena, struct str text); /* civil/text.h text_phone() */
struct str pattern_email(struct arena *arena, struct str text); /* civil/text.h text_email() */
struct str pattern_code(
	struct arena *arena, struct str text); /* HN-SXD, roads.surface, 00316: ASCII letters and
						* digits, after the first also . _ and -       */
struct str pattern_login(struct arena *arena, struct str text); /* the same, and @ */

#endif
