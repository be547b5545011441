#ifndef TIEPDAN_HTTP_GZIP_H
#define TIEPDAN_HTTP_GZIP_H

#include "base/arena.h"

/* RFC 1952. Absent when memory is out or the result would not be smaller: the caller then sends the plain
 * text. */
struct str gzip_pack(struct arena *arena, struct str plain);

#endif
