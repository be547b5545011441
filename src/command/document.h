#ifndef TIEPDAN_COMMAND_DOCUMENT_H
#define TIEPDAN_COMMAND_DOCUMENT_H

#include "base/str.h"

/* What is looked for in files that are kept as they came. Each returns NULL when all is well, or the reason
 * of a refusal. */

/* A PDF from its first byte to its end mark; no scripts, no programs to start, no other files inside, not
 * encrypted. Names are compared with their #xx escapes undone, in the file and in its object streams (pdf.h),
 * which are refused ("encrypted") when they are packed otherwise than by Flate alone, and ("broken") when
 * they cannot be unpacked or hold more than 64 MiB. No ZIP ends it. Streams that hold no objects, contents
 * of pages say, are not looked into: no script runs from there. */
const char *document_pdf(struct str file);
/* UTF-8 without control characters other than TAB, LF, CR and form feed. */
const char *document_text(struct str file);

#endif
