/* Encodes parameters for the binary wire format of PostgreSQL: big-endian numbers, one-dimensional arrays. */
#include "db/unit.h"

#include <endian.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/must.h"

/* PostgreSQL counts microseconds from 2000-01-01. */
#define EPOCH_MS INT64_C(946684800000)

static struct db_value null_value(void)
{
	return (struct db_value){NULL, 0, 1};
}

static struct db_value bytes_value(const void *at, size_t len)
{
	must(len <= INT_MAX);
	return (struct db_value){at, (int)len, 1};
}

static uint64_t time_bits(int64_t wall_ms)
{
	must(wall_ms > INT64_MIN / 2000 && wall_ms < INT64_MAX / 2000);
	return (uint64_t)((wall_ms - EPOCH_MS) * 1000);
}

static uint64_t float_bits(double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	return bits;
}

static struct db_value word_value(struct db_unit *u, uint64_t bits)
{
	uint64_t *word = arena_alloc(db_unit_arena(u), sizeof(*word));

	*word = htobe64(bits);
	return bytes_value(word, sizeof(*word));
}

/* A copy: the unit may wait for a connection long after the handler has returned. */
static struct db_value copied(struct db_unit *u, struct str s, int binary)
{
	char *copy = arena_try(db_unit_arena(u), s.len + 1);

	must(s.len <= INT_MAX);
	if (!copy) {
		arena_fail(db_unit_arena(u));
		return null_value();
	}
	memcpy(copy, s.at, s.len);
	return (struct db_value){copy, (int)s.len, binary};
}

struct db_value db_value_text(struct db_unit *u, struct str s)
{
	return s.at ? copied(u, s, 1) : null_value();
}

struct db_value db_value_bytes(struct db_unit *u, struct str s)
{
	return s.at ? copied(u, s, 1) : null_value();
}

struct db_value db_value_literal(struct db_unit *u, struct str s)
{
	return s.at ? copied(u, s, 0) : null_value();
}

struct db_value db_value_int(struct db_unit *u, int64_t n)
{
	return n == DB_NO_INT ? null_value() : word_value(u, (uint64_t)n);
}

struct db_value db_value_bool(struct db_unit *u, bool b)
{
	(void)u;
	return bytes_value(b ? "\1" : "\0", 1);
}

struct db_value db_value_float(struct db_unit *u, double d)
{
	return isnan(d) ? null_value() : word_value(u, float_bits(d));
}

struct db_value db_value_uuid(struct db_unit *u, struct uuid id)
{
	struct uuid *copy;

	if (uuid_is_nil(&id))
		return null_value();
	copy = arena_alloc(db_unit_arena(u), sizeof(*copy));
	*copy = id;
	return bytes_value(copy, sizeof(*copy));
}

struct db_value db_value_time(struct db_unit *u, int64_t wall_ms)
{
	return wall_ms == DB_NO_INT ? null_value() : word_value(u, time_bits(wall_ms));
}

/* Element i of a list, whose elements may be members of larger structs. */
#define NTH(list, i)                                                                                         \
	((__typeof__((list).at))(const void *)((const char *)(list).at +                                     \
					       (i) * ((list).stride ? (list).stride : sizeof(*(list).at))))

/* An array in the making. The buffer is measured first: batches of texts are large. */
struct array {
	char *at, *end; /* NULL: memory was out */
	char *begin;
};

static void put32(struct array *a, uint32_t n)
{
	n = htobe32(n);
	memcpy(a->at, &n, sizeof(n));
	a->at += sizeof(n);
}

/* The header (ndim, has nulls, element type, length, lower bound); `bytes` is what the elements take in
 * all. */
static bool array_begin(struct db_unit *u, struct array *a, Oid element, size_t n, size_t bytes)
{
	size_t size = (n ? 20 : 12) + 4 * n + bytes;

	must(n <= INT_MAX / 4 && size <= INT_MAX);
	a->begin = a->at = arena_try(db_unit_arena(u), size);
	if (!a->at) {
		arena_fail(db_unit_arena(u));
		return false;
	}
	a->end = a->at + size;
	put32(a, n ? 1 : 0);
	put32(a, 1);
	put32(a, element);
	if (n) {
		put32(a, (uint32_t)n);
		put32(a, 1);
	}
	return true;
}

static void array_put(struct array *a, const void *at, size_t len)
{
	if (!at) {
		put32(a, UINT32_MAX);
		return;
	}
	put32(a, (uint32_t)len);
	must(len <= (size_t)(a->end - a->at));
	memcpy(a->at, at, len);
	a->at += len;
}

static void array_put_word(struct array *a, uint64_t bits, bool null)
{
	bits = htobe64(bits);
	array_put(a, null ? NULL : &bits, sizeof(bits));
}

static struct db_value array_value(const struct array *a)
{
	return bytes_value(a->begin, (size_t)(a->at - a->begin));
}

static struct db_value strings(struct db_unit *u, struct db_texts list, Oid element)
{
	struct array a;
	size_t bytes = 0;

	for (size_t i = 0; i < list.n; i++)
		bytes += NTH(list, i)->len;
	if (!list.at || !array_begin(u, &a, element, list.n, bytes))
		return null_value();
	for (size_t i = 0; i < list.n; i++)
		array_put(&a, NTH(list, i)->at, NTH(list, i)->len);
	return array_value(&a);
}

struct db_value db_value_texts(struct db_unit *u, struct db_texts list)
{
	return strings(u, list, DB_TEXT_OID);
}

struct db_value db_value_bytes_array(struct db_unit *u, struct db_texts list)
{
	return strings(u, list, DB_BYTEA_OID);
}

struct db_value db_value_ints(struct db_unit *u, struct db_ints list)
{
	struct array a;

	if (!list.at || !array_begin(u, &a, DB_INT8_OID, list.n, 8 * list.n))
		return null_value();
	for (size_t i = 0; i < list.n; i++)
		array_put_word(&a, (uint64_t)*NTH(list, i), *NTH(list, i) == DB_NO_INT);
	return array_value(&a);
}

struct db_value db_value_times(struct db_unit *u, struct db_times list)
{
	struct array a;

	if (!list.at || !array_begin(u, &a, DB_TIMESTAMPTZ_OID, list.n, 8 * list.n))
		return null_value();
	for (size_t i = 0; i < list.n; i++) {
		bool null = *NTH(list, i) == DB_NO_INT;
		array_put_word(&a, null ? 0 : time_bits(*NTH(list, i)), null);
	}
	return array_value(&a);
}

struct db_value db_value_floats(struct db_unit *u, struct db_floats list)
{
	struct array a;

	if (!list.at || !array_begin(u, &a, DB_FLOAT8_OID, list.n, 8 * list.n))
		return null_value();
	for (size_t i = 0; i < list.n; i++)
		array_put_word(&a, float_bits(*NTH(list, i)), isnan(*NTH(list, i)));
	return array_value(&a);
}

struct db_value db_value_uuids(struct db_unit *u, struct db_uuids list)
{
	struct array a;

	if (!list.at || !array_begin(u, &a, DB_UUID_OID, list.n, sizeof(struct uuid) * list.n))
		return null_value();
	for (size_t i = 0; i < list.n; i++)
		array_put(&a, uuid_is_nil(NTH(list, i)) ? NULL : NTH(list, i), sizeof(struct uuid));
	return array_value(&a);
}

struct db_value db_value_bools(struct db_unit *u, struct db_bools list)
{
	struct array a;

	if (!list.at || !array_begin(u, &a, DB_BOOL_OID, list.n, list.n))
		return null_value();
	for (size_t i = 0; i < list.n; i++)
		array_put(&a, *NTH(list, i) ? "\1" : "\0", 1);
	return array_value(&a);
}
