#ifndef TIEPDAN_BASE_FILE_H
#define TIEPDAN_BASE_FILE_H

#include "base/arena.h"

/* A whole file in memory, with a zero byte behind it; pipes and devices are read to their end. Returns 0 or a
 * negative errno: -EFBIG for more than `max` bytes, -ENOMEM. Blocks: for start-up and sub-commands. */
int file_read(struct arena *arena, const char *path, size_t max, struct str *ret_text);
/* Makes or replaces a file that only its owner reads: it is there as a whole, or not at all (or as it was); a
 * crash of the machine may lose it. Returns 0 or a negative errno. Blocks for as long as the disk does. */
int file_write(struct arena *arena, const char *path, struct str text);

#endif
