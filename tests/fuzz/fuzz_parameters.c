/* Any bytes as the query string of the queue and of the report: values are decoded once, and what the table
 * promises holds. */
#include <stddef.h>
#include <stdint.h>

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

static void check_queue(const struct ticket_list *in)
{
	must(in->limit >= 1 && in->limit <= 200);
	must(in->state.n <= 13);
	for (size_t i = 0; i < in->state.n; i++)
		for (size_t k = 0; k < i; k++)
			must(!str_eq(in->state.items[i], in->state.items[k]));
	/* Absent: the saved filter says it, or it is due. */
	must(!in->sort.at || str_eq(in->sort, STR("due")) || str_eq(in->sort, STR("filed")));
	must(!in->holder.at || (in->holder.len >= 1 && in->holder.len <= 64));
	must(!in->cursor.at || str_is_utf8(in->cursor));
}

static void check_report(const struct report_sla *in)
{
	must(in->from.len == 10 && in->to.len == 10 && in->by.len > 0);
}

static const void *run(struct req **ret_req, const struct shape *shape, struct str query)
{
	static const struct config config = {.public_url = "http://localhost"};
	static struct app app = {.config = &config};
	struct req *req = req_new(&app, NULL);

	must(req);
	const void *in = shape_from_query(req, shape, query);
	must((in != NULL) == (req->nfaults == 0));
	must(req->status == (in ? 0 : 422));
	for (unsigned i = 0; i < req->nfaults; i++)
		must(req->faults[i].where.at && str_is_utf8(req->faults[i].where));
	*ret_req = req;
	return in;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str query = {(const char *)data, size};
	struct req *req;
	const void *in = run(&req, &shape_ticket_list, query);

	if (in)
		check_queue(in);
	arena_free(req->arena);
	in = run(&req, &shape_report_sla, query);
	if (in)
		check_report(in);
	arena_free(req->arena);
	return 0;
}
