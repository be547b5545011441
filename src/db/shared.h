#ifndef TIEPDAN_DB_SHARED_H
#define TIEPDAN_DB_SHARED_H

#include "base/kept.h"
#include "db/answer.h"

/* Answers that are the same for everybody: kept, and given unasked for `public_lease_ms`, unless this server
 * has committed anything for anybody or has heard of a change (base/epoch.h). Caches may keep them for a
 * minute; the ETag is of the bytes. A handler begins with
 *
 *     if (shared_told(req, pages, key))
 *             return;
 *
 * and ends with one of those that tell, or with a problem. Batches (db/batch.h) move no epoch: none may
 * change what is told here. */

/* Whether it was answered from memory. NULL for `pages`: this answer is not for everybody; nobody keeps
 * it. */
bool shared_told(struct req *req, struct kept *pages, struct kept_key key);
/* Of a list, by path and query, after page_begin_for_all(). */
bool shared_told_list(struct req *req);
/* The version of the page whose lease is over: while PostgreSQL says that it is still this one,
 * shared_tell_known() answers with it. KEPT_NONE: there is no such page. */
int64_t shared_known(const struct req *req);
/* 200 with this body, which lives as long as the request; it is kept for so long at the most. */
void shared_tell(struct req *req, int64_t version, int64_t keep_ms, struct str body);
/* The same of a list: a continuation. */
void shared_tell_page(struct req *req, PGresult *const *results);
void shared_tell_known(struct req *req);

#endif
