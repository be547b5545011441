/* The HTTP reader against llhttp in strict mode, one-sided: whatever ours accepts, llhttp must frame alike:
 * method, target, number of fields, framing of the body, its bytes and its end. Ours may refuse more. And
 * however the bytes are cut, ours must find the same. */
#include <stdlib.h>
#include <string.h>

/* Both name their methods alike. */
#define HTTP_GET     THEIR_GET
#define HTTP_HEAD    THEIR_HEAD
#define HTTP_POST    THEIR_POST
#define HTTP_PUT     THEIR_PUT
#define HTTP_PATCH   THEIR_PATCH
#define HTTP_DELETE  THEIR_DELETE
#define HTTP_OPTIONS THEIR_OPTIONS
#include "llhttp.h"
#undef HTTP_GET
#undef HTTP_HEAD
#undef HTTP_POST
#undef HTTP_PUT
#undef HTTP_PATCH
#undef HTTP_DELETE
#undef HTTP_OPTIONS

#include "base/must.h"
#include "http/parse.h"

enum {
	BODY_MAX = 1 << 16
};

/* One message as a reader sees it. */
struct seen {
	char method[16], target[BODY_MAX], body[BODY_MAX];
	size_t method_len, target_len, body_len;
	unsigned nfields;
	bool head_done, done, failed;
	size_t end; /* offset behind the message, when done */
};

static void append(char *to, size_t *len, const char *at, size_t n)
{
	must(*len + n <= BODY_MAX);
	memcpy(to + *len, at, n);
	*len += n;
}

static int on_target(llhttp_t *p, const char *at, size_t n)
{
	struct seen *s = p->data;

	append(s->target, &s->target_len, at, n);
	return 0;
}

static int on_field(llhttp_t *p)
{
	struct seen *s = p->data;

	if (!s->head_done)
		s->nfields++;
	return 0;
}

static int on_head(llhttp_t *p)
{
	struct seen *s = p->data;

	s->head_done = true;
	return 0;
}

static int on_body(llhttp_t *p, const char *at, size_t n)
{
	struct seen *s = p->data;

	append(s->body, &s->body_len, at, n);
	return 0;
}

static int on_done(llhttp_t *p)
{
	struct seen *s = p->data;

	s->done = true;
	return HPE_PAUSED;
}

static void read_theirs(struct str data, struct seen *s)
{
	llhttp_settings_t settings;
	llhttp_t p;

	llhttp_settings_init(&settings);
	settings.on_url = on_target;
	settings.on_header_value_complete = on_field;
	settings.on_headers_complete = on_head;
	settings.on_body = on_body;
	settings.on_message_complete = on_done;
	llhttp_init(&p, HTTP_REQUEST, &settings);
	p.data = s;
	llhttp_errno_t error = llhttp_execute(&p, data.at, data.len);
	s->failed = error != HPE_OK && error != HPE_PAUSED && error != HPE_PAUSED_UPGRADE;
	if (s->done)
		s->end = (size_t)(llhttp_get_error_pos(&p) - data.at);
	const char *method = llhttp_method_name(p.method);
	s->method_len = strlen(method);
	memcpy(s->method, method, s->method_len < sizeof s->method ? s->method_len : sizeof s->method);
}

/* Body of a request whose head ends at `at`; false if it was refused. */
static bool read_our_body(const struct req *req, struct str data, size_t at, struct seen *s)
{
	struct http_chunks chunks = {.at = CHUNK_SIZE};
	struct str piece;
	size_t taken;

	if (!req->chunked) {
		size_t left = data.len - at,
		       length = req->content_length > 0 ? (size_t)req->content_length : 0;
		append(s->body, &s->body_len, data.at + at, left < length ? left : length);
		s->done = left >= length;
		s->end = at + length;
		return true;
	}
	do {
		if (http_chunks_read(&chunks, (struct str){data.at + at, data.len - at}, &taken, &piece) !=
			HTTP_OK)
			return false;
		append(s->body, &s->body_len, piece.at, piece.len);
		at += taken;
	} while (taken > 0);
	must(chunks.total == s->body_len);
	s->done = chunks.at == CHUNK_DONE;
	s->end = at;
	return true;
}

/* The end of the head must not depend on how the bytes come. */
static size_t head_length_in_pieces(struct str data)
{
	size_t scanned = 0, length = 0;

	for (size_t n = 1; n <= data.len && length == 0; n++) {
		length = http_head_length((struct str){data.at, n}, scanned);
		scanned = n;
	}
	return length;
}

static bool read_ours(struct arena *arena, struct str data, struct seen *s)
{
	static struct req req;
	size_t length = http_head_length(data, 0);

	must(length <= data.len && length == head_length_in_pieces(data));
	memset(&req, 0, sizeof req);
	req.arena = arena;
	if (length == 0 || http_parse_head(&req, (struct str){data.at, length}) != HTTP_OK)
		return false;
	must(req.path.len > 0 && req.nfields <= HTTP_FIELDS_MAX);
	struct str method = str_of(http_method_name(req.method));
	memcpy(s->method, method.at, method.len);
	s->method_len = method.len;
	append(s->target, &s->target_len, req.target.at, req.target.len);
	s->nfields = req.nfields;
	return read_our_body(&req, data, length, s);
}

static bool same(const char *a, size_t n, const char *b, size_t m)
{
	return n == m && memcmp(a, b, n) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct seen ours, theirs;
	struct str data = {(const char *)bytes, size};
	struct arena *arena = arena_new();

	if (size == 0 || size > BODY_MAX || arena == NULL) {
		arena_free(arena);
		return 0;
	}
	memset(&ours, 0, sizeof ours);
	if (read_ours(arena, data, &ours)) {
		memset(&theirs, 0, sizeof theirs);
		read_theirs(data, &theirs);
		/* A line of a chunk that is still incomplete may be one that ours will refuse. */
		must(theirs.head_done && !(theirs.failed && ours.done));
		must(same(ours.method, ours.method_len, theirs.method, theirs.method_len));
		must(same(ours.target, ours.target_len, theirs.target, theirs.target_len));
		must(ours.nfields == theirs.nfields);
		must(same(ours.body, ours.body_len, theirs.body, theirs.body_len));
		must(ours.done == theirs.done);
		must(!ours.done || ours.end == theirs.end);
	}
	arena_free(arena);
	return 0;
}
