/* POST /v1/uploads: a file in one form, or the beginning of one that comes in pieces. The form needs two
 * units: room is taken before anything is read, and the row says that it is complete only when the disk has
 * it. */
#include "app/attachment/attachment.h"

#include <errno.h>
#include <unistd.h>

#include "app/attachment/upload_private.h"
#include "auth/seal.h"
#include "auth/upload_token.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/must.h"
#include "db/answer.h"
#include "gen/sql/attachment.h"
#include "http/address.h"
#include "http/reply.h"

enum {
	FORM_OVERHEAD = 8 * 1024 /* boundaries and the head of the part */
};

void upload_let_go(struct upload *up)
{
	if (up->fd >= 0)
		close(up->fd);
	up->fd = -1;
}

struct upload *upload_new(struct req *req, struct uuid id)
{
	struct upload *up = arena_alloc(req->arena, sizeof(*up));

	*up = (struct upload){.req = req, .id = id, .fd = -1};
	arena_defer(req->arena, upload_let_go, up);
	return up;
}

bool upload_number(struct req *req, const char *field, int64_t *ret)
{
	struct str text = req_field(req, field);

	if (text.len > 0 && text.at[0] >= '0' && text.at[0] <= '9' && str_to_i64(text, ret) == 0)
		return true;
	req_fault(req, "header", str_of(field), text.at ? FAULT_bad_format : FAULT_required);
	return false;
}

void upload_refuse(struct req *req, int error)
{
	if (error == -ENOSPC || error == -EDQUOT || error == -EFBIG) {
		metric_add(METRIC_uploads_no_room, 1);
		reply_problem(req, PROBLEM_insufficient_storage, STR_NONE);
	} else if (error == -ENOENT) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
	} else if (error == -EWOULDBLOCK) {
		reply_problem(req, PROBLEM_conflict, STR_NONE);
	} else {
		log_error("upload.store", LOG_INT("errno", -error));
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
	}
}

static void forgotten(struct db_job *job, PGresult *const *results, const char *sqlstate)
{
	if (!results) /* it expires by itself */
		log_warn("upload.not_dropped", LOG_STR("sqlstate", str_of(sqlstate)));
	arena_free(job->arena);
}

void upload_forget(struct upload *up)
{
	struct app *app = up->req->app;
	struct arena *arena = arena_new();

	store_drop(app->store, &up->id, STORE_RAW);
	if (!arena)
		return;
	struct db_job *job = arena_alloc(arena, sizeof(*job));
	*job = (struct db_job){.app = app, .arena = arena};
	struct db_unit *u = db_unit_job(job);
	sql_attachment_upload_drop(u, .id = up->id);
	db_run_job(u, forgotten);
}

bool upload_write(struct upload *up, struct str piece)
{
	int error = store_write(up->fd, piece);

	up->at += (int64_t)piece.len;
	if (error == 0)
		return true;
	if (up->parts > 0)
		upload_forget(up);
	upload_let_go(up);
	up->req->close = true;
	upload_refuse(up->req, error);
	return false;
}

/* --- complete ---------------------------------------------------------------------------------------- */

static void sync_file(struct work_task *task)
{
	struct upload *up = list_entry(task, struct upload, sync);

	up->error = store_sync(up->req->app->store, up->fd);
}

static void completed(struct req *req, PGresult *const *results)
{
	struct upload *up = list_entry(req->stream, struct upload, sink);

	(void)results;
	metric_add(METRIC_uploads_complete, 1);
	up->answer(up);
}

/* Although the client may have left: what is on the disk as a whole is not thrown away. */
static void synced(struct work_task *task)
{
	struct upload *up = list_entry(task, struct upload, sync);
	struct req *req = up->req;

	req_become(req, REQ_STEPS);
	if (up->error == 0) {
		struct db_unit *u = db_unit(req);
		sql_attachment_upload_complete(u, .id = up->id, .size = up->at, .name = up->name);
		db_run(u, completed);
	} else if (req->state != REQ_LEFT) {
		upload_refuse(req, up->error);
	}
	req_unpin(req);
}

void upload_finish(struct upload *up)
{
	up->sync = (struct work_task){.run = sync_file, .done = synced};
	req_pin(up->req);
	req_become(up->req, REQ_UNIT);
	work_do(up->req->app->work, &up->sync);
}

/* 201 with what the client needs from now on. */
static void answer_opened(struct upload *up)
{
	struct req *req = up->req;
	char id[UUID_TEXT_SIZE];
	struct str token = upload_token(req->arena, req->app->keys, &up->id);

	upload_let_go(up);
	uuid_format(&up->id, id);
	reply_header(req, "Location", arena_printf(req->arena, "/v1/uploads/%s", id));
	reply_header(req, "Upload-Offset", arena_printf(req->arena, "%lld", (long long)up->at));
	reply_json(req, 201,
		arena_printf(req->arena, "{\"id\":\"%s\",\"token\":\"%.*s\",\"offset\":%lld,\"size\":%lld}",
			id, STR_ARG(token), (long long)up->at, (long long)up->size));
}

/* False: the request has been answered. */
static bool create_file(struct upload *up)
{
	up->fd = store_create(up->req->app->store, &up->id, STORE_RAW);
	if (up->fd < 0)
		upload_refuse(up->req, up->fd);
	return up->fd >= 0;
}

/* --- a form ------------------------------------------------------------------------------------------ */

/* The rest of what the client sends is not read. */
static bool refuse_form(struct upload *up, enum problem problem)
{
	upload_forget(up);
	up->req->close = true;
	if (problem == PROBLEM_too_large)
		reply_too_large(up->req, up->req->app->config->upload_max);
	else
		reply_problem(up->req, problem, STR_NONE);
	return false;
}

static bool take_event(struct upload *up, enum multipart_event event, struct str data)
{
	const struct disposition *part = &up->form.part;

	switch (event) {
	case MULTIPART_PART:
		if (++up->parts > 1 || !part->filename.at || !str_eq(part->name, STR("file")))
			return refuse_form(up, PROBLEM_bad_form);
		up->name = attachment_name(up->req->arena, part->filename);
		return true;
	case MULTIPART_DATA:
		if (up->at + (int64_t)data.len > up->req->app->config->upload_max)
			return refuse_form(up, PROBLEM_too_large);
		return upload_write(up, data);
	case MULTIPART_BAD:
		return refuse_form(up, PROBLEM_bad_form);
	default:
		return true;
	}
}

static bool take_form(struct body_sink *sink, struct req *req, struct str piece)
{
	struct upload *up = list_entry(sink, struct upload, sink);
	enum multipart_event event;
	struct str data;

	(void)req;
	while ((event = multipart_next(&up->form, &piece, &data)) != MULTIPART_MORE)
		if (!take_event(up, event, data))
			return false;
	return true;
}

static void end_form(struct body_sink *sink, struct req *req)
{
	struct upload *up = list_entry(sink, struct upload, sink);

	(void)req;
	if (up->form.at != MULTIPART_AFTER_END || up->at == 0) {
		refuse_form(up, PROBLEM_bad_form);
		return;
	}
	up->size = up->at;
	upload_finish(up);
}

static void begun_form(struct req *req, PGresult *const *results)
{
	struct upload *up = list_entry(req->stream, struct upload, sink);

	(void)results;
	if (create_file(up))
		conn_stream_body(req, (size_t)req->app->config->upload_max + FORM_OVERHEAD, &up->sink);
}

/* --- a file in pieces -------------------------------------------------------------------------------- */

static void begun_pieces(struct req *req, PGresult *const *results)
{
	struct upload *up = list_entry(req->stream, struct upload, sink);

	(void)results;
	if (create_file(up))
		answer_opened(up);
}

static void read_name(struct upload *up)
{
	struct str field = req_field(up->req, "Content-Disposition");
	struct disposition d;

	if (field.at && disposition_parse(arena_cstr(up->req->arena, field), field.len, &d))
		up->name = attachment_name(up->req->arena, d.filename);
}

/* False: the request has been answered. */
static bool read_pieces(struct upload *up)
{
	struct req *req = up->req;

	if (!upload_number(req, "Upload-Length", &up->size) || up->size == 0) {
		req_fault_limit(req, "header", STR("Upload-Length"), FAULT_too_small, STR("1"));
		reply_faults(req);
		return false;
	}
	if (up->size > req->app->config->upload_max) {
		reply_too_large(req, req->app->config->upload_max);
		return false;
	}
	if (req->content_length > 0 || req->chunked) {
		reply_problem(req, PROBLEM_bad_form, STR_NONE);
		return false;
	}
	read_name(up);
	return true;
}

static bool read_form(struct upload *up)
{
	struct req *req = up->req;
	int64_t most = req->app->config->upload_max;

	if (!multipart_begin(&up->form, req_field(req, "Content-Type"))) {
		reply_header(req, "Accept", STR("multipart/form-data"));
		reply_problem(req, PROBLEM_unsupported_media_type, STR_NONE);
		return false;
	}
	if (req->content_length > most + FORM_OVERHEAD) {
		reply_too_large(req, most);
		return false;
	}
	up->size = req->content_length > 0 && req->content_length < most ? req->content_length : most;
	up->sink = (struct body_sink){take_form, end_form, (size_t)most};
	return true;
}

/* Of an address, for counting: another one each day, so that what is kept leads from nobody of today to
 * somebody of yesterday. */
static struct str index_today(struct req *req, struct str address)
{
	int64_t day = req_began_ms(req) / INT64_C(86400000);

	return seal_blind_index(req->arena, req->app->keys,
		arena_printf(req->arena, "%lld %.*s", (long long)day, STR_ARG(address)));
}

void upload_open(struct req *req)
{
	struct upload *up = upload_new(req, uuid_new());
	bool form = !req_field(req, "Upload-Length").at;

	if (!req->app->store) {
		reply_problem(req, PROBLEM_insufficient_storage, STR_NONE);
		return;
	}
	up->answer = answer_opened;
	req->stream = &up->sink;
	if (form ? !read_form(up) : !read_pieces(up))
		return;
	metric_add(METRIC_uploads_begun, 1);
	struct db_unit *u = db_unit(req);
	sql_attachment_upload_begin(u, .id = up->id, .form = form, .size = up->size, .name = up->name,
		.address = index_today(req, req->address_block),
		.site = index_today(req, address_site_of(req->arena, req->address)), .at = clock_wall_ms());
	db_run(u, form ? begun_form : begun_pieces);
}
