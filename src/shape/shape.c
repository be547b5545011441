/* Fills structs from JSON bodies by the tables that api2c made. */
#include "shape/shape.h"

#include <jansson.h>
#include <stdio.h>

#include "http/reply.h"
#include "shape/field.h"
#include "shape/gate.h"

static void fill_object(const struct filling *f, const struct place *at, const struct shape *shape,
	json_t *object, char *out);

static struct str json_text(json_t *value)
{
	return (struct str){json_string_value(value), json_string_length(value)};
}

static void fill_list(const struct filling *f, const struct place *at, const struct shape_field *field,
	json_t *array, void *out)
{
	size_t n = json_array_size(array);
	struct str *items = field_items(f, at, field, n, sizeof(*items));

	if (!items)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct place here = {.up = at, .index = i};
		json_t *value = json_array_get(array, i);
		if (json_is_string(value))
			field_text(f, &here, field->item, json_text(value), &items[i]);
		else
			field_fault(f, &here, FAULT_wrong_type);
		field_unique(f, &here, field, items);
	}
	*(struct shape_list *)out = (struct shape_list){items, n};
}

static void fill_objects(const struct filling *f, const struct place *at, const struct shape_field *field,
	json_t *array, void *out)
{
	size_t n = json_array_size(array), size = field->sub->size;
	char *items = field_items(f, at, field, n, size);

	if (!items)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct place here = {.up = at, .index = i};
		json_t *value = json_array_get(array, i);
		if (json_is_object(value))
			fill_object(f, &here, field->sub, value, items + i * size);
		else
			field_fault(f, &here, FAULT_wrong_type);
	}
	*(struct shape_objects *)out = (struct shape_objects){items, n};
}

/* A cell as the text that a file would have. Whole numbers are exact; 15 digits are what a double keeps of a
 * decimal number. */
static bool put_cell(struct buf *b, json_t *value)
{
	char number[32];

	if (json_is_integer(value))
		snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		snprintf(number, sizeof(number), "%.15g", json_real_value(value));
	if (json_is_string(value))
		buf_json(b, json_string_length(value) > 0 ? json_text(value) : STR_NONE);
	else if (json_is_number(value))
		buf_json(b, str_of(number));
	else if (json_is_boolean(value))
		buf_json(b, json_is_true(value) ? STR("true") : STR("false"));
	else if (json_is_null(value))
		buf_json(b, STR_NONE);
	else
		return false;
	return true;
}

static void put_row(const struct filling *f, const struct place *at, json_t *object, struct buf *b)
{
	const char *name;
	json_t *value;

	buf_printf(b, "%s{\"line\":%zu", at->index > 0 ? "," : "", at->index + 1);
	json_object_foreach(object, name, value)
	{
		const struct place here = {.up = at, .name = str_of(name)};
		if (str_eq(here.name, STR("line"))) { /* ours */
			field_fault(f, &here, FAULT_unknown);
			continue;
		}
		buf_byte(b, ',');
		buf_json(b, here.name);
		buf_byte(b, ':');
		if (!put_cell(b, value))
			field_fault(f, &here, FAULT_wrong_type);
	}
	buf_byte(b, '}');
}

static void fill_rows(const struct filling *f, const struct place *at, const struct shape_field *field,
	json_t *array, struct str *out)
{
	size_t n = json_array_size(array);
	struct buf b = {.arena = f->req->arena};

	if (!field_items(f, at, field, n, 1))
		return;
	buf_byte(&b, '[');
	for (size_t i = 0; i < n; i++) {
		const struct place here = {.up = at, .index = i};
		json_t *value = json_array_get(array, i);
		if (json_is_object(value))
			put_row(f, &here, value, &b);
		else
			field_fault(f, &here, FAULT_wrong_type);
	}
	buf_byte(&b, ']');
	*out = buf_str(&b);
}

static void *new_object(
	const struct filling *f, const struct place *at, const struct shape *shape, json_t *object)
{
	char *out = arena_alloc(f->req->arena, shape->size + 1);

	fill_object(f, at, shape, object, out);
	return out;
}

/* JSON Schema counts 1.0 as an integer; beyond 2^53 a double no longer says which one. */
static void fill_int(const struct filling *f, const struct place *at, const struct shape_field *field,
	json_t *value, void *out)
{
	const double exact = 9007199254740992.0;
	double real = json_real_value(value);

	if (json_is_integer(value))
		field_int(f, at, field, json_integer_value(value), out);
	else if (real >= -exact && real <= exact && (double)(int64_t)real == real)
		field_int(f, at, field, (int64_t)real, out);
	else
		field_fault(f, at, FAULT_wrong_type);
}

static bool has_type(const struct shape_field *field, json_t *value)
{
	switch (field->type) {
	case SHAPE_INT:
	case SHAPE_NUMBER:
		return json_is_number(value);
	case SHAPE_BOOL:
		return json_is_boolean(value);
	case SHAPE_OBJECT:
		return json_is_object(value);
	case SHAPE_LIST:
	case SHAPE_OBJECTS:
	case SHAPE_ROWS:
		return json_is_array(value);
	default:
		return json_is_string(value);
	}
}

static void fill_field(const struct filling *f, const struct place *at, const struct shape_field *field,
	json_t *value, void *out)
{
	if (!value || (json_is_null(value) && field->nullable)) {
		field_absent(f, at, field, out);
		return;
	}
	if (!has_type(field, value)) {
		field_fault(f, at, FAULT_wrong_type);
		return;
	}
	switch (field->type) {
	case SHAPE_INT:
		fill_int(f, at, field, value, out);
		break;
	case SHAPE_NUMBER:
		field_number(f, at, field, json_number_value(value), out);
		break;
	case SHAPE_BOOL:
		*(bool *)out = json_is_true(value);
		break;
	case SHAPE_OBJECT:
		*(const void **)out = new_object(f, at, field->sub, value);
		break;
	case SHAPE_LIST:
		fill_list(f, at, field, value, out);
		break;
	case SHAPE_OBJECTS:
		fill_objects(f, at, field, value, out);
		break;
	case SHAPE_ROWS:
		fill_rows(f, at, field, value, out);
		break;
	default:
		field_text(f, at, field, json_text(value), out);
	}
}

static void refuse_unknown(
	const struct filling *f, const struct place *at, const struct shape *shape, json_t *object)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		unsigned i = 0;
		while (i < shape->nfields && !str_eq(str_of(shape->fields[i].name), str_of(name)))
			i++;
		if (i < shape->nfields)
			continue;
		const struct place here = {.up = at, .name = str_of(name)};
		field_fault(f, &here, FAULT_unknown);
	}
}

static void fill_object(
	const struct filling *f, const struct place *at, const struct shape *shape, json_t *object, char *out)
{
	size_t known = 0;

	for (unsigned i = 0; i < shape->nfields; i++) {
		const struct shape_field *field = &shape->fields[i];
		const struct place here = {.up = at, .name = str_of(field->name)};
		json_t *value = json_object_get(object, field->name);
		known += value != NULL;
		fill_field(f, &here, field, value, out + field->offset);
	}
	if (known < json_object_size(object))
		refuse_unknown(f, at, shape, object);
	if (json_object_size(object) < shape->least)
		field_fault(f, at, FAULT_required);
}

static void refuse_json(struct req *req, const struct shape_refusal *refusal)
{
	const char *why = refusal->why[req->lang];

	if (!why)
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
	else if (refusal->line <= 0)
		reply_problem(req, PROBLEM_bad_json, str_of(why));
	else
		reply_problem(req, PROBLEM_bad_json,
			arena_printf(req->arena, "%d:%d: %s", refusal->line, refusal->column, why));
}

bool shape_needs(const struct shape *shape)
{
	for (unsigned i = 0; i < shape->nfields; i++)
		if (shape->fields[i].required)
			return true;
	return false;
}

bool shape_flag(const struct shape *shape, const void *filled, struct str name)
{
	for (unsigned i = 0; i < shape->nfields; i++) {
		const struct shape_field *field = &shape->fields[i];
		if (field->type == SHAPE_BOOL && str_eq(str_of(field->name), name))
			return *(const bool *)((const char *)filled + field->offset);
	}
	return false;
}

const void *shape_from_json(struct req *req, const struct shape *shape, struct str json)
{
	const struct filling f = {req, "pointer"};
	const struct place whole = {.name = STR_NONE};
	struct shape_refusal refusal;
	const void *out = NULL;

	json_t *tree = shape_parse(req->arena, json, &refusal);
	if (!tree) {
		refuse_json(req, &refusal);
		return NULL;
	}
	if (json_is_object(tree))
		out = new_object(&f, &whole, shape, tree);
	else
		field_fault(&f, &whole, FAULT_wrong_type);
	return field_done(&f, out);
}
