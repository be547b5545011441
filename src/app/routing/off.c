/* Rules that are switched off, as people read of them. */
#include "app/routing/off.h"

#include "base/buf.h"

struct str off_member(
	struct arena *arena, const struct rules_program *program, const struct city *city, int64_t now_ms)
{
	struct buf out = {.arena = arena};
	unsigned n;
	const struct rule_off *off =
		rules_off(arena, program, calendar_local_day(city->calendar, now_ms / 1000), &n);

	buf_put(&out, STR("\"off\":["));
	for (unsigned i = 0; i < n; i++) {
		buf_put(&out, i > 0 ? STR(",{") : STR("{"));
		buf_member(&out, "rule", rules_rule_name(program, off[i].rule));
		buf_printf(&out, ",\"line\":%u", rules_rule_line(program, off[i].rule));
		buf_member(&out, "ended", off[i].ended);
		buf_byte(&out, '}');
	}
	buf_byte(&out, ']');
	return buf_str(&out);
}
