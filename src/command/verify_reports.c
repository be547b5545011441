/* tiepdan verify reports: whether reports say what counting all tickets says. How they come to say it
 * stands in migrations/0102_rollups.sql. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "command/command.h"
#include "command/pg.h"
#include "command/verify.h"
#include "db/answer.h"

static void print_fault(const char *by, const PGresult *r, int row)
{
	printf("%s %.*s, %.*s of %.*s: %.*s\n", by, STR_ARG(db_cell(r, row, "key")),
		STR_ARG(db_cell(r, row, "level")), STR_ARG(db_cell(r, row, "start")),
		STR_ARG(db_cell(r, row, "differs")));
}

/* Returns how many cells differ, -1 after a message. */
static int compare(PGconn *pg, const struct config *config, const char *by)
{
	PGresult *r =
		pg_query(pg, "command_verify_reports", (struct str[]){str_of(by), str_of(config->zone)}, 2);
	int n = r ? PQntuples(r) : -1;

	for (int i = 0; i < n && i < VERIFY_FAULTS; i++)
		print_fault(by, r, i);
	if (n > VERIFY_FAULTS)
		printf("... and %d more by %s\n", n - VERIFY_FAULTS, by);
	PQclear(r);
	return n;
}

int verify_reports(const struct config *config)
{
	static const char *const ways[] = {"department", "category", "area"};
	PGconn *pg = pg_connect("owner_url", config->owner_url);
	bool ok = pg != NULL;
	int64_t faults = 0;

	for (size_t i = 0; ok && i < sizeof(ways) / sizeof(ways[0]); i++) {
		int n = compare(pg, config, ways[i]);

		ok = n >= 0;
		faults += ok ? n : 0;
	}
	if (ok)
		printf("each cell of the reports by department, category and area was counted: %" PRId64
		       " faults\n",
			faults);
	PQfinish(pg);
	return ok && faults == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
