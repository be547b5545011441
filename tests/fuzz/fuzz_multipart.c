/* Forms: however they are cut, the same events come out; what is taken is read alike when it is sent again. */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "http/multipart.h"

enum {
	LONGEST = 8192
};

/* What one reading saw. */
struct reading {
	char data[LONGEST + MULTIPART_BOUNDARY_MAX + 8];
	size_t len;
	unsigned parts, ends;
	bool bad, complete;
};

static void note(struct reading *r, enum multipart_event event, struct str data)
{
	must(!r->bad && !r->complete);
	if (event == MULTIPART_DATA) {
		must(data.len > 0 && r->len + data.len <= sizeof(r->data) && r->parts == r->ends + 1);
		memcpy(r->data + r->len, data.at, data.len);
		r->len += data.len;
	}
	r->parts += event == MULTIPART_PART;
	r->ends += event == MULTIPART_PART_END;
	r->bad = event == MULTIPART_BAD;
	must(r->ends <= r->parts && r->parts <= r->ends + 1);
}

static bool read_all(struct reading *r, struct str type, struct str text, size_t piece)
{
	struct multipart m;
	enum multipart_event event;
	struct str data;

	*r = (struct reading){0};
	if (!multipart_begin(&m, type))
		return false;
	for (size_t at = 0; at < text.len && !r->bad; at += piece) {
		size_t n = text.len - at < piece ? text.len - at : piece;
		/* A copy of the exact size, so that reading behind it is noticed. */
		char *copy = malloc(n);
		struct str part = {copy, n};
		must(copy != NULL);
		memcpy(copy, text.at + at, n);
		while (!r->bad && (event = multipart_next(&m, &part, &data)) != MULTIPART_MORE)
			note(r, event, data);
		must(r->bad || part.len == 0);
		free(copy);
	}
	r->complete = m.at == MULTIPART_AFTER_END;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct reading whole, cut;
	const char *end = size > 0 && size <= LONGEST ? memchr(bytes, '\n', size) : NULL;

	if (end == NULL)
		return 0;
	/* The first line is the content type. */
	struct str type = {(const char *)bytes, (size_t)(end - (const char *)bytes)};
	struct str text = {end + 1, size - type.len - 1};
	if (text.len == 0 || !read_all(&whole, type, text, text.len))
		return 0;
	for (size_t piece = 1; piece <= 7; piece += 2) {
		must(read_all(&cut, type, text, piece));
		must(cut.bad == whole.bad && cut.complete == whole.complete && cut.parts == whole.parts);
		must(whole.bad || (cut.len == whole.len && memcmp(cut.data, whole.data, cut.len) == 0));
	}
	return 0;
}
