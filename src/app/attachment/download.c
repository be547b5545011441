/* Sends a file or its thumbnail. Whatever it holds, a browser saves it and runs nothing of it. */
#include "app/attachment/attachment.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/store.h"
#include "db/answer.h"
#include "gen/sql/attachment.h"
#include "http/disposition.h"
#include "http/reply.h"

/* What can be in the store, and how names of it end. */
static const struct {
	const char *type, *content_type, *end;
} types[] = {
	{"image/jpeg", "image/jpeg", ".jpg"},
	{"image/png", "image/png", ".png"},
	{"application/pdf", "application/pdf", ".pdf"},
	{"text/plain", "text/plain; charset=utf-8", ".txt"},
};

enum {
	NTYPES = sizeof(types) / sizeof(types[0])
};

static unsigned find_type(struct str type)
{
	unsigned i = 0;

	while (i < NTYPES && !str_eq(type, str_of(types[i].type)))
		i++;
	return i;
}

static bool ends_in(struct str name, struct str end)
{
	return name.len > end.len && str_eq_nocase((struct str){name.at + name.len - end.len, end.len}, end);
}

/* A name says what the file is, not what its sender said it was. */
static struct str name_for(struct arena *arena, struct str name, unsigned type)
{
	struct str end = str_of(types[type].end);

	if (!name.at)
		name = STR("tep-dinh-kem");
	if (ends_in(name, end) || (type == 0 && ends_in(name, STR(".jpeg"))))
		return name;
	return arena_printf(arena, "%.*s%.*s", STR_ARG(name), STR_ARG(end));
}

static void send_file(struct req *req, struct str hex, struct str name, unsigned type)
{
	struct str hash = digest_hex_decode(req->arena, hex);
	struct digest digest;

	if (!req->app->store || hash.len != sizeof(digest.byte)) {
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	memcpy(digest.byte, hash.at, sizeof(digest.byte));
	int fd = store_get(req->app->store, &digest);
	if (fd < 0) {
		log_error("attachment.missing", LOG_STR("hash", hex), LOG_INT("errno", -fd));
		reply_problem(req, PROBLEM_unavailable, STR_NONE);
		return;
	}
	reply_etag(req, arena_str(req->arena, hex));
	reply_header(req, "Cache-Control", STR("private, no-cache"));
	reply_header(req, "Content-Security-Policy", STR("default-src 'none'; sandbox"));
	reply_header(req, "Content-Disposition", disposition_attachment(req->arena, name));
	reply_file(req, fd, store_size(fd), types[type].content_type);
}

static void found(struct req *req, PGresult *const *results, bool small)
{
	const PGresult *row = results[0];
	bool exists = PQntuples(row) > 0;

	if (!exists) {
		reply_problem(req, PROBLEM_not_found, STR_NONE);
		return;
	}
	if (!str_eq(db_cell(row, 0, "state"), STR("ready"))) {
		reply_problem(req, PROBLEM_attachment_not_ready, STR_NONE);
		return;
	}
	struct str hash = db_cell(row, 0, small ? "thumbnail" : "hash");
	unsigned type = small ? 0 : find_type(db_cell(row, 0, "type"));
	if (!hash.at || type == NTYPES)
		reply_problem(req, PROBLEM_not_found, STR_NONE);
	else
		send_file(req, hash, name_for(req->arena, db_cell(row, 0, "name"), type), type);
}

static void found_file(struct req *req, PGresult *const *results)
{
	found(req, results, false);
}

static void found_thumbnail(struct req *req, PGresult *const *results)
{
	found(req, results, true);
}

static void find(struct req *req, db_then *then)
{
	struct db_unit *u = db_unit(req);

	sql_attachment_find(u, .ticket = req->args[0].uuid, .id = req->args[1].uuid);
	db_run(u, then);
}

static void find_tracked(struct req *req, db_then *then)
{
	struct db_unit *u = db_unit(req);

	sql_attachment_find_tracked(u, .number = req->who.ticket_number, .generation = req->who.generation,
		.id = req->args[0].uuid);
	db_run(u, then);
}

void attachment_get(struct req *req)
{
	find(req, found_file);
}

void attachment_thumbnail(struct req *req)
{
	find(req, found_thumbnail);
}

void tracking_attachment_get(struct req *req)
{
	find_tracked(req, found_file);
}

void tracking_attachment_thumbnail(struct req *req)
{
	find_tracked(req, found_thumbnail);
}
