#ifndef TIEPDAN_DB_ANSWER_H
#define TIEPDAN_DB_ANSWER_H

#include "base/buf.h"
#include "db/unit.h"

/* Ready-made continuations. */

/* 200: the last result that has a column `body` (JSON text) goes to the client as it is; its row may have
 * `etag` (text). No row, or a body that is NULL, is 404. */
void answer_object(struct req *req, PGresult *const *results);
/* 201 with req->made, for handlers that know the answer before their unit runs. */
void answer_made(struct req *req, PGresult *const *results);
/* 201 for what has an address of its own: PATH/id is its Location. The answer is req->made, of something
 * whose first version is 1, or where there is none the column `body` with `etag`, as in answer_object(). */
void answer_created(struct req *req, PGresult *const *results);
/* Adds Location: the path of the request and the first `id` in this JSON object, which has one. */
void answer_located(struct req *req, struct str body);
/* Puts {"id":...,"at":...} into req->made: what is said of a thing whose id and time C has chosen. */
void answer_make(struct req *req, struct uuid id, int64_t at_ms);
void answer_nothing(struct req *req, PGresult *const *results); /* 204 */

/* A page of a list (keyset). A statement returns up to limit + 1 rows with `item` (JSON text, or what the
 * function of page_items() makes it of) and `key` (text: the sort values of the row, whatever the statement
 * takes back as its parameter `after`; needed of the last row and of the one before it). Body
 * {"items":[..],"next_cursor":..} and Link: rel="next" with all filters kept. The cursor is the key,
 * versioned, bound to path, query and caller, and signed. A row whose `item` is NULL is left out; where it is
 * the last one, the list goes on behind its key, where it has one, so a statement that has looked far enough
 * ends with one. With a column `partial` the body has a third member, which says whether one of the rows has
 * it set. */
struct page {
	struct str after; /* key behind which to go on; absent: from the start */
	int64_t limit;
	bool for_all;
	void (*put_item)(
		struct req *req, const PGresult *rows, int row, struct buf *out); /* see page_items() */
};
/* Reads and checks the cursor; answers 400 bad_cursor and returns false if it is not ours. `limit` is already
 * bounded by the shape. The page is kept with the request for answer_page(). */
bool page_begin(struct req *req, struct str cursor, int64_t limit, struct page *ret);
/* The same of a list whose rows everybody sees alike: its cursors are good for everybody, too. */
bool page_begin_for_all(struct req *req, struct str cursor, int64_t limit, struct page *ret);
/* Lets `put_item` write each item, where the column `item` alone does not say everything. After
 * page_begin(). */
void page_items(
	struct req *req, void (*put_item)(struct req *req, const PGresult *rows, int row, struct buf *out));
void answer_page(struct req *req, PGresult *const *results);
/* The body alone, for who has more to do with it; the Link is set. */
struct str answer_page_body(struct req *req, PGresult *const *results);

/* Writes a JSON object with the member `remaining_seconds`: the time, in the unit `unit` of the calendar
 * `calendar`, from now until `due_ms`, which are columns of the row; null where one of them is. */
void answer_put_remaining(struct req *req, const PGresult *rows, int row, struct str object, struct buf *out);
/* The value alone: null where due_ms is DB_NO_INT, or calendar or unit are not known. */
void answer_put_seconds(
	struct req *req, int64_t due_ms, struct str calendar, struct str unit, struct buf *out);
/* The same object of the column `item`, for page_items(). */
void answer_put_timed(struct req *req, const PGresult *rows, int row, struct buf *out);

/* The last result that has this column; there must be one. */
const PGresult *answer_find(PGresult *const *results, const char *column);
int db_column(const PGresult *result, const char *column); /* -1: there is none */
/* A cell of a result: absent for SQL NULL. Lives as long as the result. */
struct str db_cell(const PGresult *result, int row, const char *column);
int64_t db_cell_int(const PGresult *result, int row, const char *column);      /* DB_NO_INT for NULL */
struct uuid db_cell_uuid(const PGresult *result, int row, const char *column); /* nil for NULL */
bool db_cell_flag(const PGresult *result, int row, const char *column);	       /* false for NULL */
/* The bytes of a bytea, in `arena` or in the result; absent for SQL NULL. */
struct str db_cell_bytes(struct arena *arena, const PGresult *result, int row, const char *column);

#endif
