#ifndef TIEPDAN_COMMAND_DOCUMENT_H
#define TIEPDAN_COMMAND_DOCUMENT_H

#include "base/str.h"

/* What is looked for in files that are kept as they came. Each returns NULL when all is well, or the reason
 * of a refusal. */

/* A PDF from its first byte to its end mark; no scripts, no programs to start, no other files inside, not
 * encrypted. Names are compared with their #xx escapes undone. What stands in compressed object streams is
 * not seen: nothing here runs it, and browsers are told to save it. */
const char *document_pdf(struct str file);
/* UTF-8 without control characters other than TAB, LF, CR and form feed. */
const char *document_text(struct str file);

#endif
