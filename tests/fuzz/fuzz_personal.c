/* Any text: what is found lies inside it, in order, and the masked text is UTF-8 and none of the pieces that were
 * found is where it was. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "civil/personal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef bool finder(struct arena *arena, struct str text, struct str name, struct personal_findings *ret);

static void look(struct arena *arena, struct str text, finder *find)
{
	struct personal_findings found;
	struct str masked;
	size_t end = 0;

	must(find(arena, text, STR("Nguyễn Văn An"), &found));
	for (size_t i = 0; i < found.n; i++) {
		must(found.at[i].at >= end && found.at[i].len > 0);
		end = found.at[i].at + found.at[i].len;
		must(personal_kind_code(found.at[i].kind));
		must(str_code_points(personal_piece(text, &found.at[i])) == found.at[i].len);
	}
	must(end <= str_code_points(text));
	masked = personal_mask(arena, text, &found);
	must(masked.at && str_is_utf8(masked));
	must(found.n > 0 || str_eq(masked, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct arena *arena;

	if (!str_is_utf8(text))
		return 0;
	arena = arena_new();
	must(arena);
	look(arena, text, personal_find_with);
	look(arena, text, personal_find_guessed);
	arena_free(arena);
	return 0;
}
