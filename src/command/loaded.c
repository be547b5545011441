/* The reference data of a database, read as the server reads it. */
#include "command/loaded.h"

#include "app/reference/city.h"
#include "base/clock.h"
#include "command/pg.h"

const struct city *loaded_city(PGconn *pg, struct arena *arena, struct str *ret_reason)
{
	static const char *const statements[CITY_ROWS] = {"reference_load_version",
		"reference_load_calendars", "reference_load_hours", "reference_load_days",
		"reference_load_departments", "reference_load_areas", "reference_load_categories",
		"reference_load_kinds", "reference_load_policies", "reference_load_rule_set",
		"reference_load_alarms", "reference_load_kept", "reference_load_kept_hours",
		"reference_load_kept_days", "reference_load_danger", "reference_load_lineage"};
	PGresult *rows[CITY_ROWS] = {NULL};
	struct city *city = NULL;
	bool ok = true;

	*ret_reason = STR("the reference data cannot be read");
	for (int i = 0; ok && i < CITY_ROWS; i++)
		ok = (rows[i] = pg_query(pg, statements[i], NULL, 0)) != NULL;
	if (ok)
		city = city_from_rows(arena, rows, clock_wall_ms(), ret_reason);
	if (city)
		city_compile(arena, city);
	for (int i = 0; i < CITY_ROWS; i++)
		PQclear(rows[i]);
	return city;
}
