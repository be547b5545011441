#ifndef TIEPDAN_HTTP_MULTIPART_H
#define TIEPDAN_HTTP_MULTIPART_H

#include "http/disposition.h"

/* The strict, incremental reader of multipart/form-data (RFC 7578): nothing in front of the first boundary,
 * nothing but one CR LF behind the last, no blanks behind a boundary, CR LF everywhere. Needs no memory of
 * its own. Other readers may find other parts in what it refuses; in what it takes they find the same. */

enum {
	MULTIPART_BOUNDARY_MAX = 70,
	MULTIPART_HEAD_MAX = 2048
};

enum multipart_event {
	MULTIPART_MORE, /* everything has been taken: come again with more             */
	MULTIPART_PART, /* a part begins: `part` says what it is                       */
	MULTIPART_DATA, /* a piece of it: *ret_data, valid until the next call         */
	MULTIPART_PART_END,
	MULTIPART_END, /* the last boundary; whatever follows is MULTIPART_BAD         */
	MULTIPART_BAD
};

struct multipart {
	struct disposition part; /* of the present part; lies in `head` */
	enum {
		MULTIPART_AT_BOUNDARY, /* in CR LF "--" boundary, or in the data in front of it */
		MULTIPART_AFTER_BOUNDARY,
		MULTIPART_IN_HEAD,
		MULTIPART_AFTER_END,
		MULTIPART_BROKEN
	} at;
	bool in_part;
	size_t matched; /* of what is being looked for */
	size_t delimiter_len;
	char delimiter[4 + MULTIPART_BOUNDARY_MAX]; /* CR LF "--" boundary */
	char after[2];				    /* what follows a boundary */
	size_t head_len;
	char head[MULTIPART_HEAD_MAX];
};

/* From the field Content-Type. False when it is another type, or has no good boundary. */
bool multipart_begin(struct multipart *m, struct str content_type);
/* Takes from the front of *data what belongs to the next event. */
enum multipart_event multipart_next(struct multipart *m, struct str *data, struct str *ret_data);

#endif
