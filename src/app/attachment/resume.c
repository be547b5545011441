/* /v1/uploads/{id}: a file that comes in pieces. What has arrived stays, whatever happens to the
 * connection; how much that is the file itself says. */
#include "app/attachment/attachment.h"

#include <errno.h>
#include <unistd.h>

#include "app/attachment/upload_private.h"
#include "db/answer.h"
#include "gen/sql/attachment.h"
#include "http/reply.h"

static void tell_offset(struct req *req, int64_t offset)
{
	reply_header(req, "Upload-Offset", arena_printf(req->arena, "%lld", (long long)offset));
}

static void answer_appended(struct upload *up)
{
	upload_let_go(up);
	tell_offset(up->req, up->at);
	reply_empty(up->req, 204);
}

static bool take(struct body_sink *sink, struct req *req, struct str piece)
{
	(void)req;
	return upload_write(list_entry(sink, struct upload, sink), piece);
}

static void end(struct body_sink *sink, struct req *req)
{
	struct upload *up = list_entry(sink, struct upload, sink);

	(void)req;
	if (up->at < up->size)
		answer_appended(up);
	else
		upload_finish(up);
}

static void refuse_offset(struct req *req, int64_t offset)
{
	tell_offset(req, offset);
	reply_problem(req, PROBLEM_upload_offset, STR_NONE);
}

static void found(struct req *req, PGresult *const *results)
{
	struct upload *up = list_entry(req->stream, struct upload, sink);
	int64_t offset = up->at;

	up->size = db_cell_int(results[0], 0, "size");
	if (!str_eq(db_cell(results[0], 0, "state"), STR("uploading")) ||
		db_cell_flag(results[0], 0, "form")) {
		refuse_offset(req, up->size);
		return;
	}
	up->fd = store_reopen(req->app->store, &up->id, STORE_RAW);
	if (up->fd < 0) {
		upload_refuse(req, up->fd);
		return;
	}
	up->at = store_size(up->fd);
	if (up->at != offset) {
		upload_let_go(up);
		refuse_offset(req, up->at);
		return;
	}
	up->sink = (struct body_sink){take, end, (size_t)(up->size - up->at)};
	up->answer = answer_appended;
	conn_stream_body(req, (size_t)(up->size - up->at), &up->sink);
}

void upload_append(struct req *req)
{
	struct upload *up = upload_new(req, req->args[0].uuid);

	if (!str_eq_nocase(req_field(req, "Content-Type"), STR("application/offset+octet-stream"))) {
		reply_header(req, "Accept-Patch", STR("application/offset+octet-stream"));
		reply_problem(req, PROBLEM_unsupported_media_type, STR_NONE);
		return;
	}
	if (!upload_number(req, "Upload-Offset", &up->at)) {
		reply_faults(req);
		return;
	}
	if (!req->app->store) {
		reply_problem(req, PROBLEM_insufficient_storage, STR_NONE);
		return;
	}
	req->stream = &up->sink;
	struct db_unit *u = db_unit(req);
	sql_attachment_upload_go_on(u, .id = up->id);
	db_run(u, found);
}

/* How much has arrived. */
static int64_t offset_of(struct req *req, const PGresult *row)
{
	int64_t size = db_cell_int(row, 0, "size"), offset = size;

	if (!str_eq(db_cell(row, 0, "state"), STR("uploading")))
		return size;
	int fd = req->app->store ? store_read(req->app->store, &req->args[0].uuid, STORE_RAW) : -ENOENT;
	offset = fd >= 0 ? store_size(fd) : 0;
	if (fd >= 0)
		close(fd);
	return offset > 0 ? offset : 0;
}

static void shown(struct req *req, PGresult *const *results)
{
	const PGresult *row = results[0];
	int64_t offset = offset_of(req, row), size = db_cell_int(row, 0, "size");
	struct buf b = {.arena = req->arena};
	char id[UUID_TEXT_SIZE];

	uuid_format(&req->args[0].uuid, id);
	buf_printf(&b, "{\"id\":\"%s\",\"state\":", id);
	buf_json(&b, db_cell(row, 0, "state"));
	buf_printf(&b, ",\"offset\":%lld,\"size\":%lld,\"reason\":", (long long)offset, (long long)size);
	buf_json(&b, db_cell(row, 0, "reason"));
	buf_member(&b, "type", db_cell(row, 0, "type"));
	buf_printf(&b, ",\"linked\":%s}", db_cell_flag(row, 0, "linked") ? "true" : "false");
	tell_offset(req, offset);
	reply_header(req, "Upload-Length", arena_printf(req->arena, "%lld", (long long)size));
	reply_json(req, 200, buf_str(&b));
}

void upload_show(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_attachment_upload_show(u, .id = req->args[0].uuid);
	db_run(u, shown);
}

static void dropped(struct req *req, PGresult *const *results)
{
	(void)results;
	if (req->app->store)
		store_drop(req->app->store, &req->args[0].uuid, STORE_RAW);
	reply_empty(req, 204);
}

void upload_drop(struct req *req)
{
	struct db_unit *u = db_unit(req);

	sql_attachment_upload_drop(u, .id = req->args[0].uuid);
	db_run(u, dropped);
}
