#ifndef TIEPDAN_APP_TICKET_SEARCH_CURSOR_H
#define TIEPDAN_APP_TICKET_SEARCH_CURSOR_H

#include "http/req.h"

/* Cursors of the search, whose pages have a member more than those of db/answer.h. They are bound to what was
 * asked (the input of the request) and to who asks. */
struct str search_cursor_make(struct req *req, struct str key);
/* The key inside; absent when the cursor is not of this list. */
struct str search_cursor_read(struct req *req, struct str cursor);

#endif
