#ifndef TIEPDAN_HTTP_DISPOSITION_H
#define TIEPDAN_HTTP_DISPOSITION_H

#include "base/arena.h"

/* Content-Disposition: of a part of a form (RFC 7578), an upload, a download (RFC 6266, RFC 8187). */

struct disposition {
	struct str type;     /* "form-data", "attachment"                       */
	struct str name;     /* of the field of a form; absent: none was given  */
	struct str filename; /* as the client says: whatever it likes           */
	bool extended;	     /* it came as filename*=UTF-8''...                 */
};

/* Reads a value; what is quoted or encoded is decoded in place, so `text` is changed and the parts of *ret
 * lie in it. False when it is malformed or has a parameter twice. */
bool disposition_parse(char *text, size_t len, struct disposition *ret);

/* attachment; filename="..."; filename*=UTF-8''... of a name that has no control character. */
struct str disposition_attachment(struct arena *arena, struct str name);

#endif
