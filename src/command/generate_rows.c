/* Rows in the binary format of COPY. */
#include "command/generate_rows.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

enum {
	FIRST_ROOM = 64 * 1024,
	OID_TEXT = 25,
	OID_UUID = 2950
};

static const int64_t since_2000_us = INT64_C(946684800) * 1000000;

static char *room(struct rows *r, size_t n)
{
	char *at;

	if (r->len + n > r->cap) {
		r->cap = 2 * (r->len + n) + FIRST_ROOM;
		r->at = realloc(r->at, r->cap);
		must(r->at);
	}
	at = r->at + r->len;
	r->len += n;
	return at;
}

static void put16(struct rows *r, int16_t value)
{
	uint16_t wire = htobe16((uint16_t)value);

	memcpy(room(r, sizeof(wire)), &wire, sizeof(wire));
}

static void put32(struct rows *r, int32_t value)
{
	uint32_t wire = htobe32((uint32_t)value);

	memcpy(room(r, sizeof(wire)), &wire, sizeof(wire));
}

static void put64(struct rows *r, uint64_t value)
{
	uint64_t wire = htobe64(value);

	put32(r, sizeof(wire));
	memcpy(room(r, sizeof(wire)), &wire, sizeof(wire));
}

void rows_begin(struct rows *r, int16_t columns)
{
	put16(r, columns);
}

void rows_null(struct rows *r)
{
	put32(r, -1);
}

void rows_bool(struct rows *r, bool value)
{
	put32(r, 1);
	*room(r, 1) = value;
}

void rows_int4(struct rows *r, int32_t value)
{
	put32(r, sizeof(value));
	put32(r, value);
}

void rows_int8(struct rows *r, int64_t value)
{
	put64(r, (uint64_t)value);
}

void rows_float(struct rows *r, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	put64(r, bits);
}

void rows_at(struct rows *r, int64_t us)
{
	put64(r, (uint64_t)(us == INT64_MAX ? us : us - since_2000_us));
}

static void put_bytes(struct rows *r, const void *bytes, size_t n)
{
	put32(r, (int32_t)n);
	if (n > 0)
		memcpy(room(r, n), bytes, n);
}

void rows_uuid(struct rows *r, const struct uuid *id)
{
	put_bytes(r, id->byte, sizeof(id->byte));
}

void rows_bytes(struct rows *r, struct str bytes)
{
	if (bytes.at)
		put_bytes(r, bytes.at, bytes.len);
	else
		rows_null(r);
}

void rows_json(struct rows *r, struct str text)
{
	if (!text.at) {
		rows_null(r);
		return;
	}
	put32(r, (int32_t)text.len + 1);
	*room(r, 1) = 1; /* the version of the format */
	memcpy(room(r, text.len), text.at, text.len);
}

/* The length of an array is known behind it. */
static size_t begin_array(struct rows *r, int32_t type, size_t n)
{
	size_t mark = r->len;

	put32(r, 0);
	put32(r, n > 0); /* dimensions */
	put32(r, 0);	 /* no nulls */
	put32(r, type);
	if (n > 0) {
		put32(r, (int32_t)n);
		put32(r, 1);
	}
	return mark;
}

static void end_array(struct rows *r, size_t mark)
{
	uint32_t wire = htobe32((uint32_t)(r->len - mark - sizeof(wire)));

	memcpy(r->at + mark, &wire, sizeof(wire));
}

void rows_uuids(struct rows *r, const struct uuid *ids, size_t n)
{
	size_t mark = begin_array(r, OID_UUID, n);

	for (size_t i = 0; i < n; i++)
		rows_uuid(r, &ids[i]);
	end_array(r, mark);
}

void rows_texts(struct rows *r, const struct str *texts, size_t n)
{
	size_t mark = begin_array(r, OID_TEXT, n);

	for (size_t i = 0; i < n; i++)
		rows_bytes(r, texts[i]);
	end_array(r, mark);
}

struct str rows_head(void)
{
	static const char head[19] = "PGCOPY\n\377\r\n"; /* and flags and an extension: zeros */

	return (struct str){head, sizeof(head)};
}

struct str rows_end(void)
{
	static const char end[2] = {'\377', '\377'};

	return (struct str){end, sizeof(end)};
}
