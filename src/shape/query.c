/* Fills structs from query strings: name=value pairs, percent-encoded once. */
#include <stdlib.h>
#include <string.h>

#include "http/parse.h"
#include "shape/field.h"

enum {
	PAIRS_MAX = 128,
	NUMBER_MAX = 40
};

struct pair {
	struct str name, value;
};

struct pairs {
	struct pair at[PAIRS_MAX];
	size_t n;
};

static const struct shape_field *field_of(const struct shape *shape, struct str name)
{
	for (unsigned i = 0; i < shape->nfields; i++)
		if (str_eq(str_of(shape->fields[i].name), name))
			return &shape->fields[i];
	return NULL;
}

/* Takes one decoded pair, or faults it: `value` is absent when it did not decode, and so may be `name`. */
static void take_pair(
	const struct filling *f, const struct shape *shape, struct pair pair, struct pairs *pairs)
{
	const struct place at = {.name = pair.name.at ? pair.name : STR("")};

	if (!field_of(shape, at.name))
		field_fault(f, &at, FAULT_unknown);
	else if (!pair.value.at)
		field_fault(f, &at, FAULT_bad_text);
	else if (pairs->n == PAIRS_MAX)
		field_fault(f, &at, FAULT_too_many);
	else if (pair.value.len > 0)
		pairs->at[pairs->n++] = pair;
}

/* Decimals without an exponent; false for anything else. */
static bool read_number(struct str text, double *ret)
{
	static const char digits[] = "0123456789";
	char copy[NUMBER_MAX + 1] = "", *p = copy;

	if (text.len > NUMBER_MAX)
		return false;
	memcpy(copy, text.at, text.len);
	p += *p == '-';
	size_t whole = strspn(p, digits), part = p[whole] == '.' ? strspn(p + whole + 1, digits) : 0;
	p += whole + (part ? part + 1 : 0);
	*ret = strtod(copy, NULL);
	return whole > 0 && (size_t)(p - copy) == text.len;
}

static void fill_value(const struct filling *f, const struct place *at, const struct shape_field *field,
	struct str value, void *out)
{
	int64_t number;
	double real;

	if (field->type == SHAPE_BOOL) {
		*(bool *)out = str_eq(value, STR("true"));
		if (!*(bool *)out && !str_eq(value, STR("false")))
			field_fault(f, at, FAULT_wrong_type);
	} else if (field->type == SHAPE_INT) {
		if (str_to_i64(value, &number) == 0)
			field_int(f, at, field, number, out);
		else
			field_fault(f, at, FAULT_wrong_type);
	} else if (field->type == SHAPE_NUMBER) {
		if (read_number(value, &real))
			field_number(f, at, field, real, out);
		else
			field_fault(f, at, FAULT_wrong_type);
	} else {
		field_text(f, at, field, value, out);
	}
}

static void fill_list(const struct filling *f, const struct place *at, const struct shape_field *field,
	const struct pairs *found, void *out)
{
	struct str *items = field_items(f, at, field, found->n, sizeof(*items));

	if (!items)
		return;
	for (size_t i = 0; i < found->n; i++) {
		const struct place here = {.name = at->name, .index = i};
		field_text(f, &here, field->item, found->at[i].value, &items[i]);
		field_unique(f, &here, field, items);
	}
	*(struct shape_list *)out = (struct shape_list){items, found->n};
}

static void fill_parameter(
	const struct filling *f, const struct shape_field *field, const struct pairs *pairs, void *out)
{
	const struct place at = {.name = str_of(field->name)};
	struct pairs found = {.n = 0};

	for (size_t i = 0; i < pairs->n; i++)
		if (str_eq(pairs->at[i].name, at.name))
			found.at[found.n++] = pairs->at[i];
	if (found.n == 0)
		field_absent(f, &at, field, out);
	else if (field->type == SHAPE_LIST)
		fill_list(f, &at, field, &found, out);
	else if (found.n > 1)
		field_fault(f, &at, FAULT_duplicate);
	else
		fill_value(f, &at, field, found.at[0].value, out);
}

const void *shape_from_query(struct req *req, const struct shape *shape, struct str query)
{
	const struct filling f = {req, "parameter"};
	char *out = arena_alloc(req->arena, shape->size + 1);
	struct pairs pairs = {.n = 0};
	struct pair pair;

	while (http_query_next(req->arena, &query, &pair.name, &pair.value) != 0)
		take_pair(&f, shape, pair, &pairs);
	for (unsigned i = 0; i < shape->nfields; i++)
		fill_parameter(&f, &shape->fields[i], &pairs, out + shape->fields[i].offset);
	return field_done(&f, out);
}
