/* Any text: its marks are bounded and survive being kept, and it is as like another text as that is like it. The
 * first zero byte parts one text from the other. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "civil/alike.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_marks(struct arena *arena, const struct alike *a)
{
	struct str written = place_write(arena, &a->marks);
	struct place_marks again;
	int64_t keys[ALIKE_KEYS_MAX];

	must(written.len <= PLACE_WRITTEN_MAX);
	place_read(written, &again);
	must(again.n == a->marks.n && str_eq(place_write(arena, &again), written));
	must(alike_keys(a, keys) <= ALIKE_KEYS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
	size_t n = end ? (size_t)(end - data) : size;
	struct str one = {(const char *)data, n}, other = {(const char *)data + n, size - n};
	struct alike a = {.lon = NAN, .lat = NAN}, b = {.lon = NAN, .lat = NAN};
	struct alike_score score, back;
	struct arena *arena = arena_new();

	must(arena);
	const struct alike_words *words = alike_words(arena);
	alike_read(arena, words, &(struct alike_source){one, one, one, STR_NONE}, &a);
	alike_read(arena, words, &(struct alike_source){other, one, STR_NONE, other}, &b);
	check_marks(arena, &a);
	check_marks(arena, &b);
	alike_compare(&a, &b, &score);
	alike_compare(&b, &a, &back);
	must(score.score == back.score && score.score >= 0 && score.score <= ALIKE_MOST);
	arena_free(arena);
	return 0;
}
