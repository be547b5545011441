/* The values that the fields of rules can have in a city. */
#include "civil/rules_tables.h"

#include <stdlib.h>

static const char *const languages[] = {"vi", "en"};
static const char *const channels[] = {"web", "app", "email", "phone", "counter", "letter", "zalo"};
static const char *const levels[] = {"normal", "urgent", "complex"};
static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
static const char *const dangers[] = {"danger"};
static const char *const visibilities[] = {"public", "private", "restricted", "confidential"};

#define LIST(words)                                                                                          \
	{                                                                                                    \
		(words), sizeof(words) / sizeof((words)[0])                                                  \
	}

/* Those that do not depend on the city. */
static const struct {
	const char *const *at;
	unsigned n;
} fixed[FIELDS] = {
	[FIELD_LANGUAGE] = LIST(languages),
	[FIELD_CHANNEL] = LIST(channels),
	[FIELD_LEVEL] = LIST(levels),
	[FIELD_DAY] = LIST(days),
	[FIELD_DANGER] = LIST(dangers),
};

unsigned rules_values(const struct city *city, enum rule_field field)
{
	switch (field) {
	case FIELD_KIND:
		return city->nkinds;
	case FIELD_CATEGORY:
		return city->ncategories;
	case FIELD_AREA:
		return city->nareas;
	default:
		return fixed[field].n;
	}
}

static struct str code_of(const struct city *city, enum rule_field field, unsigned value)
{
	switch (field) {
	case FIELD_KIND:
		return city->kinds[value].code;
	case FIELD_CATEGORY:
		return city->categories[value].code;
	default:
		return city->areas[value].code;
	}
}

/* In the lists of the city, which are sorted by code. */
static unsigned seek(const struct city *city, enum rule_field field, struct str code)
{
	unsigned n = rules_values(city, field), low = 0, high = n;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;
		int order = str_compare(code_of(city, field, middle), code);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return n;
}

unsigned rules_value(const struct city *city, enum rule_field field, struct str code)
{
	unsigned n = fixed[field].n;

	if (n == 0)
		return seek(city, field, code);
	for (unsigned i = 0; i < n; i++)
		if (str_eq(code, str_of(fixed[field].at[i])))
			return i;
	return n;
}

unsigned rules_value_above(const struct city *city, enum rule_field field, unsigned value)
{
	unsigned n = rules_values(city, field);

	if (value < n && field == FIELD_CATEGORY)
		return rules_value(city, field, city->categories[value].parent);
	if (value < n && field == FIELD_AREA)
		return rules_value(city, field, city->areas[value].parent);
	return n;
}

bool rules_is_visibility(struct str code)
{
	for (unsigned i = 0; i < sizeof(visibilities) / sizeof(visibilities[0]); i++)
		if (str_eq(code, str_of(visibilities[i])))
			return true;
	return false;
}
