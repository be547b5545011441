#ifndef TIEPDAN_BASE_FILE_H
#define TIEPDAN_BASE_FILE_H

#include "base/arena.h"

/* A whole file in memory, with a zero byte behind it; pipes and devices are read to their end. Returns 0 or a
 * negative errno: -EFBIG for more than `max` bytes, -ENOMEM. Blocks: for start-up and sub-commands. */
int file_read(struct arena *arena, const char *path, size_t max, struct str *ret_text);

#endif
