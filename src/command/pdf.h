#ifndef TIEPDAN_COMMAND_PDF_H
#define TIEPDAN_COMMAND_PDF_H

#include "base/str.h"

/* What of the syntax of PDF a check needs (ISO 32000-1, 7.2, 7.3 and 7.5.7). */

enum {
	PDF_NAME_MAX = 32
};

/* The name behind a slash, its #xx escapes undone; cut when it is longer than any that counts. `rest` moves
 * on to what is behind it. */
struct str pdf_name(struct str *rest, char ret[PDF_NAME_MAX]);
/* What is behind blanks and comments. */
struct str pdf_skip_blank(struct str rest);

/* Objects may stand packed in streams. Calls `look` with the contents of one after the other until it says
 * why the file is refused. Wherever a reader can be sent by a table of places, there stands "obj": every
 * place that could be the beginning of an object is read as a reader would, in strings and in streams as
 * well. Streams that are packed otherwise than by Flate alone are not looked into, but refused. NULL when
 * all is well. */
const char *pdf_unfold(struct str file, const char *(*look)(struct str objects));

#endif
