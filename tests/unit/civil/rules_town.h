#ifndef TIEPDAN_TEST_RULES_TOWN_H
#define TIEPDAN_TEST_RULES_TOWN_H

#include "calendars.h"

#include "base/buf.h"
#include "civil/rules_program.h"
#include "civil/text.h"

/* A small city for tests of rules. Today is Thursday, 26 November 2026: OLD became BUILDING ten days ago, GONE
 * ended without a successor, LATE ended and its successor NEXT begins in ten days. */

enum {
	TODAY = 20783,
	EVER = INT32_MIN,
	FOREVER = INT32_MAX,
	EAST = 7 * HOUR
};

static const struct department town_departments[] = {
	{.id = 1, .code = STR("HUB"), .valid_from = EVER, .valid_to = FOREVER},
	{.id = 2, .code = STR("ROADS"), .valid_from = EVER, .valid_to = FOREVER},
	{.id = 3, .code = STR("BUILDING"), .valid_from = TODAY - 10, .valid_to = FOREVER},
	{.id = 4, .code = STR("OLD"), .valid_from = EVER, .valid_to = TODAY - 10, .successor = 3},
	{.id = 5, .code = STR("GONE"), .valid_from = EVER, .valid_to = TODAY - 5},
	{.id = 6, .code = STR("LATE"), .valid_from = EVER, .valid_to = TODAY - 5, .successor = 7},
	{.id = 7, .code = STR("NEXT"), .valid_from = TODAY + 10, .valid_to = FOREVER},
	{.id = 8, .code = STR("RING"), .valid_from = EVER, .valid_to = TODAY - 5, .successor = 8},
};
static const struct kind town_kinds[] = {
	{.code = STR("feedback")}, {.code = STR("complaint")}, {.code = STR("emergency")}};
static const struct category town_categories[] = {
	{.code = STR("trees"), .valid_from = EVER, .valid_to = FOREVER},
	{.code = STR("trees.fallen"), .parent = STR("trees"), .valid_from = EVER, .valid_to = FOREVER},
	{.code = STR("noise"), .valid_from = EVER, .valid_to = FOREVER},
	{.code = STR("dust"), .valid_from = EVER, .valid_to = TODAY - 5},
};
static const struct area town_areas[] = {
	{.code = STR("01"), .valid_from = EVER, .valid_to = FOREVER},
	{.code = STR("001"), .parent = STR("01"), .valid_from = EVER, .valid_to = FOREVER},
	{.code = STR("001a"), .parent = STR("001"), .valid_from = EVER, .valid_to = FOREVER},
	{.code = STR("002"), .parent = STR("01"), .valid_from = EVER, .valid_to = FOREVER},
	{.code = STR("009"), .parent = STR("01"), .valid_from = EVER, .valid_to = TODAY - 5},
	{.code = STR("loop"), .parent = STR("loop"), .valid_from = EVER, .valid_to = FOREVER},
};
static const struct policy town_policies[] = {
	{.id = 1, .profile = STR("usual"), .valid_from = EVER, .valid_to = FOREVER},
	{.id = 2, .profile = STR("past"), .valid_from = EVER, .valid_to = TODAY - 5},
	{.id = 3, .profile = STR("past"), .valid_from = TODAY + 5, .valid_to = FOREVER},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline const struct city *town_new(struct arena *arena)
{
	struct str reason;
	struct city parts = {.hub = STR("HUB"),
		.departments = town_departments,
		.ndepartments = COUNT(town_departments),
		.kinds = town_kinds,
		.nkinds = COUNT(town_kinds),
		.categories = town_categories,
		.ncategories = COUNT(town_categories),
		.areas = town_areas,
		.nareas = COUNT(town_areas),
		.policies = town_policies,
		.npolicies = COUNT(town_policies),
		.calendar = hanoi_calendar(arena)};
	const struct city *city = city_build(arena, &parts, &reason);

	assert_non_null(city);
	return city;
}

/* "line:column code; " of each fault, with the other line behind a slash and ! for warnings. */
static inline struct str faults_text(struct arena *arena, const struct rules_faults *faults)
{
	struct buf out = {.arena = arena};

	for (unsigned i = 0; i < faults->n; i++) {
		const struct rules_fault *f = &faults->at[i];

		assert_true(f->vi.len > 10 && f->en.len > 10 && str_is_utf8(f->vi) && str_is_utf8(f->en));
		buf_printf(&out, "%s%u:%u %s%s", i ? "; " : "", f->line, f->column, f->code,
			f->warns ? "!" : "");
		if (f->other_line)
			buf_printf(&out, "/%u", f->other_line);
	}
	return buf_str(&out);
}

static inline const struct rules *rules_of(struct arena *arena, enum rules_purpose purpose, const char *text)
{
	struct rules_faults faults;
	const struct rules *rules = rules_read(arena, purpose, str_of(text), &faults);

	if (!rules)
		fail_msg("%s\n%.*s", text, STR_ARG(faults_text(arena, &faults)));
	return rules;
}

#endif
