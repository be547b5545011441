#ifndef TIEPDAN_HTTP_RANGE_H
#define TIEPDAN_HTTP_RANGE_H

#include <stdint.h>

#include "base/str.h"

/* The field Range (RFC 9110 section 14.2) of one range of bytes. */

enum range_kind {
	RANGE_WHOLE, /* send everything: no range of bytes, several of them, or not well formed */
	RANGE_PART,
	RANGE_NONE, /* well formed, and behind the end: 416 */
};

struct range {
	int64_t from, length;
};

/* `size` is that of the whole. Sets *ret for RANGE_PART only. */
enum range_kind range_parse(struct str field, int64_t size, struct range *ret);

#endif
