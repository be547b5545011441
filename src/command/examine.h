#ifndef TIEPDAN_COMMAND_EXAMINE_H
#define TIEPDAN_COMMAND_EXAMINE_H

#include <stdint.h>

#include "base/str.h"

/* `tiepdan examine PIXELS SECONDS BYTES`: looks at one file that a stranger sent, and makes what is kept of
 * it. Run by the job worker (jobs/helper.h), one process a file, with these descriptors and no others:
 *
 *   3  the file, for reading      4  what is kept, for writing      5  the thumbnail, for writing
 *   1  the verdict, one line: "ready TYPE BYTES WIDTH HEIGHT THUMBNAIL", or "refused REASON"
 *
 * Before it reads a byte it gives up everything else: limits of memory, time and size, no new privileges,
 * and a filter of system calls that lets it read, write and take memory. An image is decoded and made anew,
 * so that nothing but its pixels is left; a PDF and a text stay as they are. What is made has at most BYTES,
 * whatever the file unfolds to: an image that is larger as PNG is kept as JPEG, and one that is larger even
 * so is refused. */
int examine_run(char **args);

enum {
	EXAMINE_RAW = 3,
	EXAMINE_CLEAN = 4,
	EXAMINE_SMALL = 5
};

/* Says why, and ends the process: libraries that report a fault must not get control again. */
_Noreturn void examine_refuse(const char *reason);
/* Writes all of it, or refuses what grows beyond BYTES. Returns the number of bytes. */
int64_t examine_write(int fd, const void *bytes, size_t n);

#endif
