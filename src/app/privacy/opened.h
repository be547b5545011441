#ifndef TIEPDAN_APP_PRIVACY_OPENED_H
#define TIEPDAN_APP_PRIVACY_OPENED_H

#include <libpq-fe.h>

#include "http/req.h"

/* Writes the object in the column `body` of a row with the member `contact` before its own: what is sealed in
 * epoch, wrapped and box for the id in `ticket`, null for nothing. False when it does not open. */
bool opened_put(struct req *req, const PGresult *rows, int row, struct buf *out);
/* 200 with the object of the first row, 500 when it does not open. */
void opened_answer(struct req *req, const PGresult *row);

/* The keyed index that a phone or e-mail (normalised) is found by; nothing of nothing. */
struct str index_of(struct req *req, struct str text);

#endif
