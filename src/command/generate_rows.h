#ifndef TIEPDAN_COMMAND_GENERATE_ROWS_H
#define TIEPDAN_COMMAND_GENERATE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/str.h"
#include "base/uuid.h"

/* Rows in the binary format of COPY, without its head and its end. A row is its number of columns and then
 * each of them in order. The memory grows and is kept for the next rows; a process that has none left ends.
 */
struct rows {
	char *at;
	size_t len, cap;
};

void rows_begin(struct rows *r, int16_t columns);
void rows_null(struct rows *r);
void rows_bool(struct rows *r, bool value);
void rows_int4(struct rows *r, int32_t value);
void rows_int8(struct rows *r, int64_t value);
void rows_float(struct rows *r, double value);
void rows_at(struct rows *r, int64_t us); /* microseconds since 1970; INT64_MAX: infinity */
void rows_uuid(struct rows *r, const struct uuid *id);
void rows_bytes(struct rows *r, struct str bytes); /* of text as well; absent: NULL */
void rows_json(struct rows *r, struct str text);   /* jsonb; absent: NULL */
void rows_uuids(struct rows *r, const struct uuid *ids, size_t n);
void rows_texts(struct rows *r, const struct str *texts, size_t n);

/* What stands before and behind the rows of one COPY. */
struct str rows_head(void);
struct str rows_end(void);

#endif
