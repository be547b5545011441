/* tiepdan verify reports: whether reports say what counting all tickets says. How they come to say it
 * stands in migrations/0102_rollups.sql, 0111_flows.sql and 0113_backlog.sql. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "command/command.h"
#include "command/pg.h"
#include "command/verify.h"
#include "db/answer.h"

/* What is compared, and how its faults are named. */
static const struct part {
	const char *statement, *name, *by;
} parts[] = {
	{"command_verify_reports", "", "department"},
	{"command_verify_reports", "", "category"},
	{"command_verify_reports", "", "area"},
	{"command_verify_flows", "backlog of ", "department"},
	{"command_verify_flows", "backlog of ", "category"},
	{"command_verify_flows", "backlog of ", "area"},
	{"command_verify_flows", "backlog of ", "all"},
	{"command_verify_flows", "stays in ", "state"},
};

static void print_fault(const struct part *part, const PGresult *r, int row)
{
	printf("%s%s %.*s, %.*s of %.*s: %.*s\n", part->name, part->by, STR_ARG(db_cell(r, row, "key")),
		STR_ARG(db_cell(r, row, "level")), STR_ARG(db_cell(r, row, "start")),
		STR_ARG(db_cell(r, row, "differs")));
}

/* Returns how many cells differ, -1 after a message. */
static int compare(PGconn *pg, const struct config *config, const struct part *part)
{
	PGresult *r =
		pg_query(pg, part->statement, (struct str[]){str_of(part->by), str_of(config->zone)}, 2);
	int n = r ? PQntuples(r) : -1;

	for (int i = 0; i < n && i < VERIFY_FAULTS; i++)
		print_fault(part, r, i);
	if (n > VERIFY_FAULTS)
		printf("... and %d more of %s%s\n", n - VERIFY_FAULTS, part->name, part->by);
	PQclear(r);
	return n;
}

int verify_reports(const struct config *config)
{
	PGconn *pg = pg_connect("owner_url", config->owner_url);
	bool ok = pg != NULL;
	int64_t faults = 0;

	for (size_t i = 0; ok && i < sizeof(parts) / sizeof(parts[0]); i++) {
		int n = compare(pg, config, &parts[i]);

		ok = n >= 0;
		faults += ok ? n : 0;
	}
	if (ok)
		printf("each cell of the reports, of the backlog and of the stays was counted: %" PRId64
		       " faults\n",
			faults);
	PQfinish(pg);
	return ok && faults == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
