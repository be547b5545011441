/* The sealer of the record. */
#include "jobs/sealer.h"

#include <string.h>

#include "auth/es256.h"
#include "auth/keys.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/merkle.h"
#include "base/metric.h"
#include "base/must.h"
#include "civil/record.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"

void sealer_find(struct app *app, struct db_unit *u)
{
	sql_jobs_record_next(u, .limit = app->keys->record.signs ? SEALER_PORTION : 0);
}

static struct digest cell_digest(struct arena *arena, const PGresult *rows, int row, const char *column)
{
	struct str bytes = db_cell_bytes(arena, rows, row, column);
	struct digest digest;

	must(bytes.len == DIGEST_SIZE);
	memcpy(digest.byte, bytes.at, DIGEST_SIZE);
	return digest;
}

/* The events of the rows, as entries that are stored. */
struct batch {
	struct buf entries;
	int64_t first_us, last_us;
	int n;
};

static void read_batch(struct arena *arena, const PGresult *rows, struct batch *ret)
{
	*ret = (struct batch){.entries = {.arena = arena},
		.first_us = INT64_MAX,
		.last_us = INT64_MIN,
		.n = PQntuples(rows)};
	for (int i = 0; i < ret->n; i++) {
		struct record_entry entry = {.at_us = db_cell_int(rows, i, "at_us"),
			.event = db_cell_uuid(rows, i, "id"),
			.hash = cell_digest(arena, rows, i, "hash")};

		record_put(&ret->entries, &entry);
		if (entry.at_us < ret->first_us)
			ret->first_us = entry.at_us;
		if (entry.at_us > ret->last_us)
			ret->last_us = entry.at_us;
	}
}

/* What was signed of the root before, as the first row tells of it; absent: there is none. */
static struct str statement_before(struct arena *arena, const PGresult *rows)
{
	struct record_root root = {.number = db_cell_int(rows, 0, "number")};

	if (root.number == 0)
		return STR_NONE;
	root.at_ms = db_cell_int(rows, 0, "at_ms");
	root.events = db_cell_int(rows, 0, "events");
	root.root = cell_digest(arena, rows, 0, "root");
	root.previous = cell_digest(arena, rows, 0, "previous");
	return record_statement(arena, &root);
}

/* Nothing is put behind a root that was not signed: somebody has changed it. */
static bool is_genuine(const struct app *app, struct arena *arena, const PGresult *rows, struct str statement)
{
	struct str kid = db_cell(rows, 0, "kid"), signature = db_cell_bytes(arena, rows, 0, "signature");
	const struct signing_key *key = keys_signing(&app->keys->record, kid);

	if (!statement.at)
		return true;
	if (key && signature.len == ES256_SIGNATURE_SIZE &&
		es256_verify(key->key, statement, (const uint8_t *)signature.at) == ES256_GOOD)
		return true;
	log_error("record.broken", LOG_INT("root", db_cell_int(rows, 0, "number")), LOG_STR("kid", kid));
	return false;
}

/* The log is outside the database: it shows what was sealed, whatever becomes of the rows. */
static void tell(struct arena *arena, const struct record_root *root, const struct digest *chain)
{
	log_info("record.sealed", LOG_INT("number", root->number), LOG_INT("events", root->events),
		LOG_STR("chain", digest_hex(arena, digest_bytes(chain))));
}

bool sealer_seal(struct app *app, PGresult *const *found, struct db_unit *u)
{
	struct arena *arena = db_unit_arena(u);
	const PGresult *rows = found[0];
	int last = PQntuples(rows) - 1;
	uint8_t signature[ES256_SIGNATURE_SIZE];
	struct record_root root;
	struct digest chain;
	struct batch batch;

	if (last < 0)
		return false;
	struct str before = statement_before(arena, rows);
	if (!is_genuine(app, arena, rows, before))
		return false;
	const struct signing_key *key = app->keys->record.signs;
	read_batch(arena, rows, &batch);
	root = (struct record_root){.number = db_cell_int(rows, 0, "number") + 1,
		.at_ms = clock_wall_ms(),
		.events = batch.n,
		.root = merkle_root(record_leaves(arena, buf_str(&batch.entries)), (size_t)batch.n)};
	if (before.at)
		root.previous = record_chain(before);
	struct str statement = record_statement(arena, &root);
	chain = record_chain(statement);
	if (!es256_sign(key->key, statement, signature))
		return false;
	tell(arena, &root, &chain);
	sql_jobs_record_store(u, .after_xid = db_cell(rows, 0, "after_xid"),
		.after_id = db_cell_uuid(rows, 0, "after_id"), .xid = db_cell(rows, last, "xid"),
		.id = db_cell_uuid(rows, last, "id"), .number = root.number, .at = root.at_ms,
		.events = batch.n, .first_us = batch.first_us, .last_us = batch.last_us,
		.root = digest_bytes(&root.root), .previous = digest_bytes(&root.previous),
		.chain = digest_bytes(&chain), .kid = str_of(key->kid),
		.signature = {(const char *)signature, sizeof(signature)},
		.entries = buf_str(&batch.entries));
	return true;
}

int64_t sealer_sealed(PGresult *const *results)
{
	int64_t n = db_cell_int(results[0], 0, "stored");

	metric_add(METRIC_events_sealed, n);
	return n;
}
