#ifndef TIEPDAN_APP_REFERENCE_CITY_H
#define TIEPDAN_APP_REFERENCE_CITY_H

#include <libpq-fe.h>

#include "base/clock.h"
#include "civil/clock.h"

/* The results that make a city, in the order in which the load_*.sql statements are sent. */
enum city_rows {
	CITY_VERSION,
	CITY_CALENDARS,
	CITY_HOURS,
	CITY_DAYS,
	CITY_DEPARTMENTS,
	CITY_AREAS,
	CITY_CATEGORIES,
	CITY_KINDS,
	CITY_POLICIES,
	CITY_RULES,
	CITY_ALARMS,
	CITY_KEPT,
	CITY_KEPT_HOURS,
	CITY_KEPT_DAYS,
	CITY_DANGER,
	CITY_LINEAGE,
	CITY_ROWS
};

/* Builds the city in `arena`, all but city_compile(); calendars are compiled for some years around now. The
 * rows may be cleared afterwards. NULL and a reason when the data does not make a city (no hub, a calendar
 * without working time, an unknown unit). */
struct city *city_from_rows(
	struct arena *arena, PGresult *const *rows, int64_t now_ms, struct str *ret_reason);

#endif
