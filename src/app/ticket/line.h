#ifndef TIEPDAN_APP_TICKET_LINE_H
#define TIEPDAN_APP_TICKET_LINE_H

#include "db/answer.h"

/* By what time the lines of a page stand; req->kept while it is written. */
struct line_time {
	int64_t now_ms, soon_ms;
};

/* A line of the queue as JSON, of a row of list.sql; for page_items(). */
void line_put(struct req *req, const PGresult *rows, int row, struct buf *out);

#endif
