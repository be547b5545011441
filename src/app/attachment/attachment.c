/* The files of a ticket: an upload is linked, and all are listed. */
#include "app/attachment/attachment.h"

#include <string.h>

#include "app/record/once.h"
#include "auth/upload_token.h"
#include "base/clock.h"
#include "civil/text.h"
#include "db/answer.h"
#include "gen/shapes.h"
#include "gen/sql/attachment.h"
#include "http/reply.h"

enum {
	NAME_MAX_POINTS = 100
};

/* What stands behind the last separator, of whatever system. */
static struct str last_part(struct str path)
{
	size_t from = path.len;

	while (from > 0 && path.at[from - 1] != '/' && path.at[from - 1] != '\\')
		from--;
	return (struct str){path.at + from, path.len - from};
}

/* The end of a name says more than its middle: .jpg stays. */
static struct str shortened(struct arena *arena, struct str name)
{
	const char *dot = memrchr(name.at, '.', name.len);
	struct str end = dot ? (struct str){dot, name.len - (size_t)(dot - name.at)} : STR("");
	size_t at = 0, keep;

	if (end.len > 10)
		end.len = 0;
	keep = NAME_MAX_POINTS - str_code_points(end);
	while (keep-- > 0)
		at += str_utf8_sequence((struct str){name.at + at, name.len - at});
	return arena_printf(arena, "%.*s%.*s", (int)at, name.at, STR_ARG(end));
}

struct str attachment_name(struct arena *arena, struct str raw)
{
	struct str name = text_clean(arena, raw.at ? last_part(raw) : STR_NONE, TEXT_LINE);

	while (name.len > 0 && (name.at[0] == '.' || name.at[0] == ' '))
		name = (struct str){name.at + 1, name.len - 1};
	if (name.len == 0 || memchr(name.at, '/', name.len) || memchr(name.at, '\\', name.len))
		return STR_NONE;
	return str_code_points(name) > NAME_MAX_POINTS ? shortened(arena, name) : name;
}

/* A unit that will link the upload; NULL when the token is not that of this upload, which is answered like
 * one that does not exist. */
static struct db_unit *begin_linking(struct req *req, struct uuid upload, struct str token, int64_t now_ms)
{
	if (!upload_token_check(req->arena, req->app->keys, &upload, token)) {
		reply_problem(req, PROBLEM_unknown_upload, STR_NONE);
		return NULL;
	}
	answer_make(req, upload, now_ms);
	struct db_unit *u = db_unit(req);
	once_claim(u, req);
	return u;
}

static void finish_linking(struct db_unit *u, struct req *req)
{
	once_finish(u, req, 201, req->made);
	db_run(u, answer_made);
}

void attachment_add(struct req *req)
{
	const struct attachment_add *in = req->input;
	int64_t now_ms = clock_wall_ms();
	struct db_unit *u = begin_linking(req, in->upload, in->token, now_ms);

	if (!u)
		return;
	sql_attachment_add(u, .ticket = req->args[0].uuid, .upload = in->upload, .purpose = in->purpose,
		.at = now_ms, .event = uuid_new());
	finish_linking(u, req);
}

void tracking_attach(struct req *req)
{
	const struct tracking_attach *in = req->input;
	int64_t now_ms = clock_wall_ms();

	if (in->replaces && !str_eq(in->purpose, STR("petitioners")))
		req_fault(req, "pointer", STR("/replaces"), FAULT_not_allowed);
	if (reply_faults(req))
		return;
	struct db_unit *u = begin_linking(req, in->upload, in->token, now_ms);
	if (!u)
		return;
	sql_attachment_add_tracked(u, .number = req->who.ticket_number, .generation = req->who.generation,
		.upload = in->upload, .purpose = in->purpose, .replaces = in->replaces, .at = now_ms,
		.event = uuid_new());
	finish_linking(u, req);
}

void attachment_list(struct req *req)
{
	const struct attachment_list *in = req->input;
	struct page page;

	if (!page_begin(req, in->cursor, in->limit, &page))
		return;
	struct db_unit *u = db_unit(req);
	sql_attachment_list(u, .ticket = req->args[0].uuid, .after = page.after, .limit = page.limit);
	db_run(u, answer_page);
}

void tracking_attachment_list(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_attachment_list_tracked(u, .number = req->who.ticket_number, .generation = req->who.generation);
	db_run(u, answer_object);
}
