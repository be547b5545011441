/* The sealer of the record. */
#include "jobs/sealer.h"

#include <string.h>

#include "auth/es256.h"
#include "auth/keys.h"
#include "base/clock.h"
#include "base/merkle.h"
#include "base/metric.h"
#include "base/must.h"
#include "civil/record.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"

void sealer_find(struct app *app, struct db_unit *u)
{
	sql_jobs_record_next(u, .limit = app->keys->record.n > 0 ? SEALER_PORTION : 0);
}

static struct digest cell_digest(struct arena *arena, const PGresult *rows, int row, const char *column)
{
	struct str bytes = db_cell_bytes(arena, rows, row, column);
	struct digest digest;

	must(bytes.len == DIGEST_SIZE);
	memcpy(digest.byte, bytes.at, DIGEST_SIZE);
	return digest;
}

/* The events of the rows: as entries that are stored, and as leaves. */
struct batch {
	struct buf entries;
	struct digest *leaf;
	int64_t first_us, last_us;
	int n;
};

static void read_batch(struct arena *arena, const PGresult *rows, struct batch *ret)
{
	int n = PQntuples(rows);

	*ret = (struct batch){.entries = {.arena = arena},
		.leaf = arena_alloc(arena, (size_t)n * sizeof(*ret->leaf)),
		.first_us = INT64_MAX,
		.last_us = INT64_MIN,
		.n = n};
	for (int i = 0; i < n; i++) {
		struct record_entry entry = {.at_us = db_cell_int(rows, i, "at_us"),
			.event = db_cell_uuid(rows, i, "id"),
			.hash = cell_digest(arena, rows, i, "hash")};

		record_put(&ret->entries, &entry);
		ret->leaf[i] = merkle_leaf(&entry.hash);
		if (entry.at_us < ret->first_us)
			ret->first_us = entry.at_us;
		if (entry.at_us > ret->last_us)
			ret->last_us = entry.at_us;
	}
}

bool sealer_seal(struct app *app, PGresult *const *found, struct db_unit *u)
{
	struct arena *arena = db_unit_arena(u);
	const PGresult *rows = found[0];
	int last = PQntuples(rows) - 1;
	uint8_t signature[ES256_SIGNATURE_SIZE];
	struct batch batch;

	if (last < 0)
		return false;
	const struct signing_key *key = &app->keys->record.at[app->keys->record.n - 1];
	read_batch(arena, rows, &batch);
	struct record_root root = {.number = db_cell_int(rows, 0, "number") + 1,
		.at_ms = clock_wall_ms(),
		.events = batch.n,
		.root = merkle_root(batch.leaf, (size_t)batch.n),
		.previous = cell_digest(arena, rows, 0, "chain")};
	struct str statement = record_statement(arena, &root);
	struct digest chain = record_chain(statement);
	if (!es256_sign(key->key, statement, signature))
		return false;
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
