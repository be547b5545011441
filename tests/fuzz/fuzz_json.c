/* Any bytes as a JSON body of the biggest shape: the gate holds, the filled struct keeps what its table
 * promises, every fault has a place, and the answer is 400, 422 or none. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/config.h"
#include "base/must.h"
#include "gen/shapes.h"
#include "http/req.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	arena_reserve(4 << 20);
	shape_init();
	return 0;
}

static void check_struct(const struct shape *shape, const char *in);

static void check_text(const struct shape_field *field, struct str s)
{
	if (!s.at) {
		must(!field->required && !field->preset);
		return;
	}
	must(str_is_utf8(s));
	if (field->type != SHAPE_TEXT)
		return;
	int64_t n = (int64_t)str_code_points(s);
	must(field->pattern || (n >= field->min && n <= field->max));
	must(field->text == SHAPE_TEXT_BLOCK || !memchr(s.at, '\n', s.len));
}

static void check_field(const struct shape_field *field, const char *at)
{
	switch (field->type) {
	case SHAPE_TEXT:
	case SHAPE_ENUM:
	case SHAPE_DATE:
		check_text(field, *(const struct str *)(const void *)at);
		break;
	case SHAPE_INT:
		must(*(const int64_t *)(const void *)at <= field->max);
		break;
	case SHAPE_NUMBER: {
		double d = *(const double *)(const void *)at;
		must(d >= (double)field->min && d <= (double)field->max);
		break;
	}
	case SHAPE_OBJECT: {
		const char *sub = *(const char *const *)(const void *)at;
		must(sub || !field->required);
		if (sub)
			check_struct(field->sub, sub);
		break;
	}
	case SHAPE_LIST: {
		const struct shape_list *list = (const void *)at;
		must((int64_t)list->n <= field->max);
		for (size_t i = 0; i < list->n; i++)
			must(list->items[i].at != NULL);
		break;
	}
	case SHAPE_OBJECTS: {
		const struct shape_objects *list = (const void *)at;
		must((int64_t)list->n >= field->min && (int64_t)list->n <= field->max);
		for (size_t i = 0; i < list->n; i++)
			check_struct(field->sub, (const char *)list->items + i * field->sub->size);
		break;
	}
	default:
		break;
	}
}

static void check_struct(const struct shape *shape, const char *in)
{
	for (unsigned i = 0; i < shape->nfields; i++)
		check_field(&shape->fields[i], in + shape->fields[i].offset);
}

static void check_faults(const struct req *req)
{
	must(req->nfaults > 0 && req->nfaults <= REQ_FAULTS_MAX);
	for (unsigned i = 0; i < req->nfaults; i++) {
		struct str where = req->faults[i].where;
		must(where.at && str_is_utf8(where));
		must(where.len == 0 || where.at[0] == '/');
	}
}

static void run(const struct shape *shape, struct str json)
{
	static const struct config config = {.public_url = "http://localhost"};
	static struct app app = {.config = &config};
	struct req *req = req_new(&app, NULL);

	must(req);
	const void *in = shape_from_json(req, shape, json);
	if (in) {
		must(req->status == 0 && req->nfaults == 0);
		check_struct(shape, in);
	} else {
		must(req->status == 400 || req->status == 422);
		must((req->status == 400) == (req->nfaults == 0));
	}
	if (req->status == 422)
		check_faults(req);
	arena_free(req->arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str json = {(const char *)data, size};

	run(&shape_ticket_file, json);
	run(&shape_tracking_rate, json);
	run(&shape_ticket_bulk, json);
	return 0;
}
