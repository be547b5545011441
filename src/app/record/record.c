/* One event row for a change that is no move of the state table. */
#include "app/record/record.h"

#include "gen/sql/record.h"

void record(struct db_unit *u, const char *type, struct uuid ticket, struct str data)
{
	sql_record_write(u, .event = uuid_new(), .ticket = ticket, .type = str_of(type), .data = data);
}
