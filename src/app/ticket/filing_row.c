/* A filing as it is stored: the statements of a batch of them. */
#include "app/ticket/filing_row.h"

#include "gen/sql/ticket.h"

/* An upload that is linked with the ticket it came with. */
struct link_row {
	struct uuid ticket, upload;
	struct str place; /* in the request */
	int64_t at;
};

/* What is stored of a petition of several people. */
struct petition_row {
	struct uuid ticket, list, event;
	int64_t people, at;
};

/* What is stored of who is denounced. */
struct against_row {
	struct uuid ticket;
	struct str department;
};

/* A tag or a flag as it is stored. */
struct mark_row {
	struct uuid ticket;
	struct filing_mark is;
};

/* The clocks of all tickets, each with the number of its ticket. */
static struct clock_row *gather_clocks(
	struct arena *arena, const struct filing_row *row, size_t n, size_t *ret_n)
{
	struct clock_row *all = arena_alloc(arena, (n * CLOCK_KINDS + 1) * sizeof(*all));

	*ret_n = 0;
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; k < row[i].nclocks; k++) {
			all[*ret_n] = row[i].clocks[k];
			all[(*ret_n)++].ord = (int64_t)i + 1;
		}
	return all;
}

/* A second statement, of those filings alone that bring files: the others pay nothing for it. */
static void add_uploads(struct db_unit *u, const struct filing_row *row, size_t n)
{
	size_t most = 0, nlinks = 0;

	for (size_t i = 0; i < n; i++)
		most += row[i].nuploads;
	if (most == 0)
		return;
	struct link_row *link = arena_alloc(db_unit_arena(u), most * sizeof(*link));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < row[i].nuploads; k++)
			link[nlinks++] = (struct link_row){
				row[i].id, row[i].uploads[k], row[i].places[k], row[i].filed_at};
	sql_ticket_attach(u, .tickets = DB_COLUMN(link, nlinks, ticket),
		.uploads = DB_COLUMN(link, nlinks, upload), .at = DB_COLUMN(link, nlinks, at),
		.places = DB_COLUMN(link, nlinks, place));
}

/* As add_uploads(): a statement of those alone that several people file. */
static void add_petitions(struct db_unit *u, const struct filing_row *row, size_t n)
{
	struct petition_row *petition = NULL;
	size_t npetitions = 0;

	for (size_t i = 0; i < n; i++) {
		if (row[i].people == 0)
			continue;
		if (!petition)
			petition = arena_alloc(db_unit_arena(u), (n - i) * sizeof(*petition));
		petition[npetitions++] = (struct petition_row){
			row[i].id, row[i].list, uuid_new(), row[i].people, row[i].filed_at};
	}
	if (petition)
		sql_ticket_petition(u, .tickets = DB_COLUMN(petition, npetitions, ticket),
			.people = DB_COLUMN(petition, npetitions, people),
			.lists = DB_COLUMN(petition, npetitions, list),
			.at = DB_COLUMN(petition, npetitions, at),
			.events = DB_COLUMN(petition, npetitions, event));
}

/* As add_uploads(): a statement of those alone that are against a department. */
static void add_against(struct db_unit *u, const struct filing_row *row, size_t n)
{
	struct against_row *named = NULL;
	size_t nnamed = 0;

	for (size_t i = 0; i < n; i++) {
		if (!row[i].against.at)
			continue;
		if (!named)
			named = arena_alloc(db_unit_arena(u), (n - i) * sizeof(*named));
		named[nnamed++] = (struct against_row){row[i].id, row[i].against};
	}
	if (named)
		sql_ticket_against(u, .tickets = DB_COLUMN(named, nnamed, ticket),
			.departments = DB_COLUMN(named, nnamed, department));
}

/* As add_uploads(): a statement of those alone that sound like danger to life. */
static void add_dangers(struct db_unit *u, const struct filing_row *row, size_t n)
{
	struct uuid *marked = NULL;
	size_t nmarked = 0;

	for (size_t i = 0; i < n; i++) {
		if (!row[i].danger.at)
			continue;
		if (!marked)
			marked = arena_alloc(db_unit_arena(u), (n - i) * sizeof(*marked));
		marked[nmarked++] = row[i].id;
	}
	if (marked)
		sql_ticket_danger(u, .tickets = {marked, nmarked});
}

/* As add_uploads(): a statement of those alone that rules have marked. */
static void add_marks(struct db_unit *u, const struct filing_row *row, size_t n)
{
	size_t most = 0, nmarks = 0;

	for (size_t i = 0; i < n; i++)
		most += row[i].nmarks;
	if (most == 0)
		return;
	struct mark_row *mark = arena_alloc(db_unit_arena(u), most * sizeof(*mark));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < row[i].nmarks; k++)
			mark[nmarks++] = (struct mark_row){row[i].id, row[i].marks[k]};
	sql_ticket_mark(u, .tickets = DB_COLUMN(mark, nmarks, ticket),
		.names = DB_COLUMN(mark, nmarks, is.name), .flags = DB_COLUMN(mark, nmarks, is.flag));
}

/* Who files while signed in does so in a unit of their own, so that these are one or none. */
static void add_own(struct db_unit *u, const struct filing_row *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (row[i].own)
			sql_ticket_citizen(u, .ticket = row[i].id, .at = row[i].filed_at);
}

void filing_rows_add(struct db_unit *u, const void *rows, size_t n)
{
	const struct filing_row *row = rows;
	size_t nclocks;
	const struct clock_row *clock = gather_clocks(db_unit_arena(u), row, n, &nclocks);

	sql_ticket_file(u, .ids = DB_COLUMN(row, n, id), .numbers = DB_COLUMN(row, n, number),
		.codes = DB_COLUMN(row, n, code), .kinds = DB_COLUMN(row, n, kind),
		.categories = DB_COLUMN(row, n, category), .areas = DB_COLUMN(row, n, area),
		.titles = DB_COLUMN(row, n, title), .texts = DB_COLUMN(row, n, text),
		.folded = DB_COLUMN(row, n, folded), .location_texts = DB_COLUMN(row, n, location_text),
		.lons = DB_COLUMN(row, n, lon), .lats = DB_COLUMN(row, n, lat),
		.languages = DB_COLUMN(row, n, language), .channels = DB_COLUMN(row, n, channel),
		.anonymous = DB_COLUMN(row, n, anonymous), .visibilities = DB_COLUMN(row, n, visibility),
		.sights = DB_COLUMN(row, n, sight), .levels = DB_COLUMN(row, n, level),
		.departments = DB_COLUMN(row, n, department), .policies = DB_COLUMN(row, n, policy),
		.routes = DB_COLUMN(row, n, route), .filed_at = DB_COLUMN(row, n, filed_at),
		.contact_epochs = DB_COLUMN(row, n, contact_epoch),
		.contact_wrapped = DB_COLUMN(row, n, contact_wrapped),
		.contact_boxes = DB_COLUMN(row, n, contact_box),
		.contact_commitments = DB_COLUMN(row, n, contact_commitment),
		.phone_index = DB_COLUMN(row, n, phone_index), .email_index = DB_COLUMN(row, n, email_index),
		.contents = DB_COLUMN(row, n, content), .once_keys = DB_COLUMN(row, n, once_key),
		.once_fingerprints = DB_COLUMN(row, n, once_fingerprint), .events = DB_COLUMN(row, n, event),
		.clock_ords = DB_COLUMN(clock, nclocks, ord), .clock_kinds = DB_COLUMN(clock, nclocks, kind),
		.clock_starts = DB_COLUMN(clock, nclocks, start),
		.clock_waits = DB_COLUMN(clock, nclocks, waits), .clock_dues = DB_COLUMN(clock, nclocks, due),
		.clock_alarms = DB_COLUMN(clock, nclocks, alarm),
		.clock_units = DB_COLUMN(clock, nclocks, unit),
		.clock_amounts = DB_COLUMN(clock, nclocks, amount),
		.clock_calendars = DB_COLUMN(clock, nclocks, calendar),
		.clock_versions = DB_COLUMN(clock, nclocks, version));
	add_uploads(u, row, n);
	add_petitions(u, row, n);
	add_against(u, row, n);
	add_dangers(u, row, n);
	add_marks(u, row, n);
	add_own(u, row, n);
}
