/* Compresses bodies of answers. */
#include "http/gzip.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/fail.h"

/* The loop waits for this: the cheapest level gives most of the gain. */
enum {
	LEVEL = 1,
	WINDOW_GZIP = 15 + 16,
	MEMORY = 8
};

static void *take(void *state, unsigned n, unsigned size)
{
	(void)state;
	return fail_malloc((size_t)n * size);
}

static void give(void *state, void *at)
{
	(void)state;
	free(at);
}

struct str gzip_pack(struct arena *arena, struct str plain)
{
	z_stream z = {.zalloc = take, .zfree = give};
	struct str packed = STR_NONE;

	if (plain.len > INT_MAX ||
		deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_GZIP, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		return STR_NONE;
	char *out = arena_try(arena, plain.len);
	if (out) {
		z.next_in = (Bytef *)(uintptr_t)plain.at;
		z.avail_in = (unsigned)plain.len;
		z.next_out = (Bytef *)out;
		z.avail_out = (unsigned)plain.len;
		if (deflate(&z, Z_FINISH) == Z_STREAM_END)
			packed = (struct str){out, z.total_out};
	}
	deflateEnd(&z);
	return packed;
}
