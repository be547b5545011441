/* Decodes the binary wire format of PostgreSQL: what value.c encodes. */
#include "db/raw.h"

#include <endian.h>
#include <string.h>

#include "base/must.h"
#include "db/unit.h"

/* PostgreSQL counts microseconds from 2000-01-01. */
#define EPOCH_MS INT64_C(946684800000)

struct str raw_text(const PGresult *rows, int row, int column)
{
	must(PQfformat(rows, column) == 1);
	if (PQgetisnull(rows, row, column))
		return STR_NONE;
	return (struct str){PQgetvalue(rows, row, column), (size_t)PQgetlength(rows, row, column)};
}

int64_t raw_int(const PGresult *rows, int row, int column)
{
	struct str cell = raw_text(rows, row, column);
	uint64_t bits;

	if (!cell.at)
		return DB_NO_INT;
	must(cell.len == sizeof(bits));
	memcpy(&bits, cell.at, sizeof(bits));
	return (int64_t)be64toh(bits);
}

struct uuid raw_uuid(const PGresult *rows, int row, int column)
{
	struct str cell = raw_text(rows, row, column);
	struct uuid id = {{0}};

	must(!cell.at || cell.len == sizeof(id));
	if (cell.at)
		memcpy(&id, cell.at, sizeof(id));
	return id;
}

/* Parts of a millisecond are cut off, as to_char() does it. */
int64_t raw_time_ms(const PGresult *rows, int row, int column)
{
	int64_t us = raw_int(rows, row, column);

	if (us == DB_NO_INT || us == INT64_MAX)
		return DB_NO_INT;
	return us / 1000 - (us % 1000 < 0) + EPOCH_MS;
}

static uint32_t take32(struct str *s)
{
	uint32_t bits;

	must(s->len >= sizeof(bits));
	memcpy(&bits, s->at, sizeof(bits));
	*s = (struct str){s->at + sizeof(bits), s->len - sizeof(bits)};
	return be32toh(bits);
}

/* The head: dimensions (none for an empty one, else one), whether there are NULLs, the type of the elements,
 * and of the dimension its length and where it begins. */
struct raw_texts raw_texts(const PGresult *rows, int row, int column)
{
	struct raw_texts texts = {.rest = raw_text(rows, row, column)};

	if (!texts.rest.at)
		return texts;
	uint32_t dimensions = take32(&texts.rest);
	take32(&texts.rest);
	take32(&texts.rest);
	must(dimensions <= 1);
	if (dimensions == 1) {
		texts.left = take32(&texts.rest);
		take32(&texts.rest);
	}
	return texts;
}

bool raw_next(struct raw_texts *texts, struct str *ret)
{
	if (texts->left == 0)
		return false;
	texts->left--;
	uint32_t len = take32(&texts->rest);
	must(len <= texts->rest.len);
	*ret = (struct str){texts->rest.at, len};
	texts->rest = (struct str){texts->rest.at + len, texts->rest.len - len};
	return true;
}
