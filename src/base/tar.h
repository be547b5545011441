#ifndef TIEPDAN_BASE_TAR_H
#define TIEPDAN_BASE_TAR_H

#include "base/buf.h"

/* Writes archives of small files in the ustar format (POSIX.1-1988), which every tar reads. The same files
 * give the same bytes: all are of the first second of 1970 and of nobody. */

enum {
	TAR_NAME_MAX = 99
};

/* One file; a longer name is cut. */
void tar_put(struct buf *out, struct str name, struct str data);
/* Behind the last one. */
void tar_end(struct buf *out);

#endif
