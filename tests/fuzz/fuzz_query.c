/* Percent-decoding and splitting of query strings: nothing but valid UTF-8 comes out, and what is encoded
 * again decodes to the same. */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "http/parse.h"

static struct str encode(struct arena *arena, struct str plain)
{
	struct buf b = {.arena = arena};

	for (size_t i = 0; i < plain.len; i++)
		buf_printf(&b, "%%%02x", (unsigned)(uint8_t)plain.at[i]);
	return buf_str(&b);
}

static void check(struct arena *arena, struct str decoded, size_t longest)
{
	must(decoded.len <= longest && str_is_utf8(decoded));
	must(str_eq(http_percent_decode(arena, encode(arena, decoded), true), decoded));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	/* A copy of the exact size, so that reading behind it is noticed. */
	char *copy = malloc(size > 0 ? size : 1);
	struct str text = {copy, size}, rest, name, value;
	int got;

	if (arena != NULL && copy != NULL && size <= 4096) {
		if (size > 0)
			memcpy(copy, bytes, size);
		for (int plus = 0; plus < 2; plus++) {
			struct str whole = http_percent_decode(arena, text, plus);
			if (whole.at != NULL)
				check(arena, whole, size);
		}
		rest = text;
		while ((got = http_query_next(arena, &rest, &name, &value)) != 0) {
			if (got > 0) {
				check(arena, name, size);
				check(arena, value, size);
			}
		}
	}
	free(copy);
	arena_free(arena);
	return 0;
}
