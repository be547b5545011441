/* What rules have said, as JSON. */
#include "civil/rules_told.h"

void rules_told_list(struct buf *out, const char *name, const struct rule_list *list)
{
	if (list->n == 0)
		return;
	buf_printf(out, ",\"%s\":[", name);
	for (unsigned i = 0; i < list->n; i++) {
		if (i > 0)
			buf_byte(out, ',');
		buf_json(out, list->at[i]);
	}
	buf_byte(out, ']');
}

static void put_member(struct buf *out, const char *name, struct str value)
{
	if (value.len > 0)
		buf_member(out, name, value);
}

/* One rule that the ticket has matched. */
static void put_taken(struct buf *out, const struct rules_program *program, const struct rule_taken *taken)
{
	static const char *const effects[EFFECTS] = {
		"department", "level", "profile", "visibility", "officer", "with", "tag", "flag", "skill"};
	const char *comma = "";

	buf_byte(out, '{');
	put_member(out, "rule", rules_rule_name(program, taken->rule));
	put_member(out, "title", rules_rule_title(program, taken->rule));
	put_member(out, "word", taken->word);
	if (taken->off)
		buf_member(out, "off", taken->ended.at ? taken->ended : STR("AREA"));
	buf_put(out, STR(",\"said\":["));
	for (unsigned e = 0; e < EFFECTS; e++)
		if (taken->said & 1U << e) {
			buf_printf(out, "%s\"%s\"", comma, effects[e]);
			comma = ",";
		}
	buf_put(out, STR("]}"));
}

void rules_told_taken(
	struct buf *out, const struct rules_program *program, int64_t set, const struct rule_outcome *outcome)
{
	buf_printf(out, "\"set\":%lld,\"taken\":[", (long long)set);
	for (unsigned i = 0; i < outcome->ntaken; i++) {
		if (i > 0)
			buf_byte(out, ',');
		put_taken(out, program, &outcome->taken[i]);
	}
	buf_byte(out, ']');
}
