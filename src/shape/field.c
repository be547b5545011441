/* Checks and stores single values of the input. */
#include "shape/field.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "civil/text.h"
#include "http/reply.h"

/* RFC 6901: "~" and "/" in a name are escaped. */
static void put_pointer(struct buf *b, const struct place *at)
{
	if (!at->up)
		return;
	put_pointer(b, at->up);
	buf_byte(b, '/');
	if (!at->name.at) {
		buf_printf(b, "%zu", at->index);
		return;
	}
	for (size_t i = 0; i < at->name.len; i++) {
		char c = at->name.at[i];
		if (c == '~' || c == '/')
			buf_put(b, c == '~' ? STR("~0") : STR("~1"));
		else
			buf_byte(b, c);
	}
}

static struct str where(const struct filling *f, const struct place *at)
{
	struct buf b = {.arena = f->req->arena};

	if (f->req->nfaults == REQ_FAULTS_MAX)
		return STR("");
	if (strcmp(f->in, "parameter") == 0)
		buf_put(&b, at->name);
	else
		put_pointer(&b, at);
	return buf_str(&b);
}

void field_fault(const struct filling *f, const struct place *at, enum fault code)
{
	req_fault(f->req, f->in, where(f, at), code);
}

void field_fault_limit(const struct filling *f, const struct place *at, enum fault code, int64_t limit)
{
	char room[STR_INT_SIZE];

	req_fault_limit(f->req, f->in, where(f, at), code, str_of_int(limit, room));
}

/* Bytes below U+0020 and U+007F; the C1 controls are two bytes in UTF-8. */
static bool has_controls(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (c < 0x20 || c == 0x7f)
			return true;
		if (c == 0xc2 && i + 1 < s.len && (unsigned char)s.at[i + 1] < 0xa0)
			return true;
	}
	return false;
}

static struct str clean(struct arena *arena, enum shape_text kind, struct str value)
{
	switch (kind) {
	case SHAPE_TEXT_LINE:
		return text_clean(arena, value, TEXT_LINE);
	case SHAPE_TEXT_BLOCK:
		return text_clean(arena, value, TEXT_BLOCK);
	case SHAPE_TEXT_FILE:
		return str_is_utf8(value) ? value : STR_NONE;
	case SHAPE_TEXT_RAW:
		break;
	}
	return str_is_utf8(value) && !has_controls(value) ? value : STR_NONE;
}

static void take_text(const struct filling *f, const struct place *at, const struct shape_field *field,
	struct str value, struct str *out)
{
	struct str text = clean(f->req->arena, field->text, value);
	if (!text.at) {
		field_fault(f, at, FAULT_bad_text);
		return;
	}
	int64_t length = (int64_t)str_code_points(text);
	if (length < field->min) {
		field_fault_limit(f, at, FAULT_too_short, field->min);
		return;
	}
	if (length > field->max) {
		field_fault_limit(f, at, FAULT_too_long, field->max);
		return;
	}
	*out = field->pattern ? field->pattern(f->req->arena, text) : text;
	if (!out->at)
		field_fault(f, at, FAULT_bad_format);
}

static void not_listed(const struct filling *f, const struct place *at, const char *const *values)
{
	static const char *const one_of[LANG_COUNT] = {[LANG_VI] = "một trong: ", [LANG_EN] = "one of: "};
	struct buf listed = {.arena = f->req->arena};

	buf_put(&listed, str_of(one_of[f->req->lang]));
	for (const char *const *v = values; *v && f->req->nfaults < REQ_FAULTS_MAX; v++) {
		buf_put(&listed, v == values ? STR("") : STR(", "));
		buf_put(&listed, str_of(*v));
	}
	req_fault_help(f->req, f->in, where(f, at), FAULT_not_listed, buf_str(&listed));
}

static void take_enum(const struct filling *f, const struct place *at, const struct shape_field *field,
	struct str value, struct str *out)
{
	for (const char *const *v = field->values; *v; v++) {
		if (str_eq(str_of(*v), value)) {
			*out = str_of(*v);
			return;
		}
	}
	not_listed(f, at, field->values);
}

void field_text(const struct filling *f, const struct place *at, const struct shape_field *field,
	struct str value, void *out)
{
	int32_t day;
	bool fits = true;

	switch (field->type) {
	case SHAPE_TEXT:
		take_text(f, at, field, value, out);
		break;
	case SHAPE_ENUM:
		take_enum(f, at, field, value, out);
		break;
	case SHAPE_UUID:
		fits = uuid_parse(value, out) && !uuid_is_nil(out); /* nil says: absent */
		break;
	case SHAPE_DATE:
		fits = clock_parse_date(value, &day) == 0;
		*(struct str *)out = fits ? value : STR_NONE;
		break;
	case SHAPE_INSTANT:
		fits = clock_parse(value, out) == 0;
		break;
	default:
		field_fault(f, at, FAULT_wrong_type);
	}
	if (!fits)
		field_fault(f, at, FAULT_bad_format);
}

void field_int(const struct filling *f, const struct place *at, const struct shape_field *field,
	int64_t value, void *out)
{
	if (value < field->min)
		field_fault_limit(f, at, FAULT_too_small, field->min);
	else if (value > field->max)
		field_fault_limit(f, at, FAULT_too_large, field->max);
	*(int64_t *)out = value;
}

void field_number(const struct filling *f, const struct place *at, const struct shape_field *field,
	double value, void *out)
{
	if (value < (double)field->min)
		field_fault_limit(f, at, FAULT_too_small, field->min);
	else if (value > (double)field->max)
		field_fault_limit(f, at, FAULT_too_large, field->max);
	*(double *)out = value + 0.0; /* -0 becomes 0 */
}

/* Presets are booleans, numbers and enums; api2c made sure that they fit. */
static void take_preset(
	const struct filling *f, const struct place *at, const struct shape_field *field, void *out)
{
	struct str preset = str_of(field->preset);

	if (field->type == SHAPE_BOOL)
		*(bool *)out = str_eq(preset, STR("true"));
	else if (field->type == SHAPE_INT)
		must(str_to_i64(preset, out) == 0);
	else
		field_text(f, at, field, preset, out);
}

void field_absent(const struct filling *f, const struct place *at, const struct shape_field *field, void *out)
{
	if (field->required) {
		field_fault(f, at, FAULT_required);
		return;
	}
	if (field->preset) {
		take_preset(f, at, field, out);
		return;
	}
	/* The struct is zeroed: absent texts, empty lists, false, nil and NULL are there already. */
	if (field->type == SHAPE_INT || field->type == SHAPE_INSTANT)
		*(int64_t *)out = SHAPE_NO_NUMBER;
	else if (field->type == SHAPE_NUMBER)
		*(double *)out = (double)NAN;
}

void *field_items(const struct filling *f, const struct place *at, const struct shape_field *field, size_t n,
	size_t size)
{
	if ((int64_t)n < field->min) {
		field_fault_limit(f, at, FAULT_too_short, field->min);
		return NULL;
	}
	if ((int64_t)n > field->max) {
		field_fault_limit(f, at, FAULT_too_many, field->max);
		return NULL;
	}
	return arena_alloc(f->req->arena, (n + 1) * size);
}

void field_unique(const struct filling *f, const struct place *at, const struct shape_field *field,
	const struct str *items)
{
	if (!field->unique || !items[at->index].at)
		return;
	for (size_t i = 0; i < at->index; i++) {
		if (str_eq(items[i], items[at->index])) {
			field_fault(f, at, FAULT_duplicate);
			return;
		}
	}
}

const void *field_done(const struct filling *f, const void *out)
{
	if (arena_failed(f->req->arena)) {
		reply_problem(f->req, PROBLEM_unavailable, STR_NONE);
		return NULL;
	}
	return reply_faults(f->req) ? NULL : out;
}
