/* Any bytes as a TZif file: refused, or a table in order within the limits of RFC 8536. */
#include <stddef.h>
#include <stdint.h>

#include "base/must.h"
#include "civil/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct calendar_hours always = {0, 0, 86400, CALENDAR_ALWAYS};
	struct calendar_source source = {
		.hours = &always, .nhours = 1, .first_year = 2026, .last_year = 2027};
	struct arena *arena = arena_new();

	must(arena);
	if (zone_parse(arena, (struct str){(const char *)data, size}, 2030, &source.offsets,
		    &source.noffsets) == 0) {
		must(source.noffsets > 0 && source.offsets[0].from == INT64_MIN);
		for (unsigned i = 1; i < source.noffsets; i++)
			must(source.offsets[i].from > source.offsets[i - 1].from);
		(void)calendar_compile(arena, &source);
	}
	arena_free(arena);
	return 0;
}
