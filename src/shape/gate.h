#ifndef TIEPDAN_SHAPE_GATE_H
#define TIEPDAN_SHAPE_GATE_H

#include "base/arena.h"
#include "http/problem.h"

struct json_t;

/* Why a text was not taken as JSON. */
struct shape_refusal {
	const char *why[LANG_COUNT]; /* constant; NULL: memory is out              */
	int line, column;	     /* 0: the place is not known                  */
};

/* The JSON gate alone: at most 16 levels, no member twice, UTF-8, no U+0000, numbers in range, nothing behind
 * the value (RFC 8259 without its leeway). The tree lives in the arena and is for reading only: never
 * json_decref() it. NULL and a reason otherwise. */
struct json_t *shape_parse(struct arena *arena, struct str json, struct shape_refusal *ret);

#endif
