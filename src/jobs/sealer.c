/* The sealer of the record. */
#include "jobs/sealer.h"

#include <string.h>

#include "auth/es256.h"
#include "auth/key_file.h"
#include "auth/keys.h"
#include "auth/record_place.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/merkle.h"
#include "base/metric.h"
#include "base/must.h"
#include "civil/record.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"

enum {
	TELL_AGAIN_MS = 60000,
	FEW = SEALER_PORTION / 10,
	FEW_WAIT_MS = 500
};

struct sealer {
	struct record_place asked; /* what was known as the last root when the database was asked */
	bool blind;		   /* what is known could not be read then */
	/* When it was logged last that ..., so that no line comes each second. */
	int64_t held_ms, broken_ms, unkept_ms;
};

struct sealer *sealer_new(struct arena *arena)
{
	struct sealer *sealer = arena_alloc(arena, sizeof(*sealer));

	*sealer = (struct sealer){
		.held_ms = -TELL_AGAIN_MS, .broken_ms = -TELL_AGAIN_MS, .unkept_ms = -TELL_AGAIN_MS};
	return sealer;
}

static bool tells_again(int64_t *last_ms)
{
	int64_t now = clock_wall_ms();

	if (now - *last_ms < TELL_AGAIN_MS)
		return false;
	*last_ms = now;
	return true;
}

/* Nothing is sealed while nobody knows behind what. */
static bool hold(struct sealer *sealer, const char *why, const struct record_place *known, int64_t number)
{
	metric_set(METRIC_record_held, 1);
	if (tells_again(&sealer->held_ms))
		log_error("record.held", LOG_STR("why", str_of(why)), LOG_INT("known", known->number),
			LOG_INT("last", number));
	return false;
}

void sealer_find(struct app *app, struct db_unit *u)
{
	int error = record_place_read(db_unit_arena(u), app->config, &app->sealer->asked);
	bool seals = app->keys->record.signs && error == 0;

	app->sealer->blind = error < 0;
	if (error < 0 && app->keys->record.signs)
		hold(app->sealer, key_file_fault(error), &app->sealer->asked, LOG_NO_NUMBER);
	sql_jobs_record_place(u, .known = app->sealer->asked.number);
	sql_jobs_record_leaves(u, .limit = seals ? SEALER_PORTION : 0);
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

/* Few events wait for more, so that there are no more than two roots of few a second. What is of a clock
 * that goes ahead does not wait. */
static bool waits_for_more(const struct batch *batch)
{
	int64_t age_ms = clock_wall_ms() - batch->first_us / 1000;

	return batch->n < FEW && age_ms >= 0 && age_ms < FEW_WAIT_MS;
}

/* The root before. */
struct before {
	int64_t number;	      /* 0: there is none */
	struct str statement; /* what was signed of it */
	struct digest chain;
};

static struct before before(struct arena *arena, const PGresult *last)
{
	struct before b = {.number = 0};

	if (PQntuples(last) == 0)
		return b;
	struct record_root root = {.number = db_cell_int(last, 0, "number"),
		.at_ms = db_cell_int(last, 0, "at_ms"),
		.events = db_cell_int(last, 0, "events"),
		.root = cell_digest(arena, last, 0, "root"),
		.previous = cell_digest(arena, last, 0, "previous")};
	b.number = root.number;
	b.statement = record_statement(arena, &root);
	b.chain = record_chain(b.statement);
	return b;
}

/* Nothing is put behind a root that was not signed: somebody has changed it. */
static bool is_genuine(
	const struct app *app, struct arena *arena, const PGresult *last, const struct before *b)
{
	if (b->number == 0)
		return true;
	struct str kid = db_cell(last, 0, "kid"), signature = db_cell_bytes(arena, last, 0, "signature");
	const struct signing_key *key = keys_signing(&app->keys->record, kid);

	if (key && signature.len == ES256_SIGNATURE_SIZE &&
		es256_verify(key->key, b->statement, (const uint8_t *)signature.at) == ES256_GOOD)
		return true;
	if (tells_again(&app->sealer->broken_ms))
		log_error("record.broken", LOG_INT("root", b->number), LOG_STR("kid", kid));
	return false;
}

/* Whether the database goes on from the root that is known as the last. */
static bool goes_on(struct arena *arena, struct sealer *sealer, const PGresult *last, const struct before *b)
{
	const struct record_place *known = &sealer->asked;

	if (known->number == 0)
		return true;
	if (b->number < known->number)
		return hold(
			sealer, "the database is older than the last root that is known", known, b->number);
	struct str there =
		b->number == known->number ? digest_bytes(&b->chain) : db_cell_bytes(arena, last, 0, "known");
	if (!str_eq(there, digest_bytes(&known->chain)))
		return hold(
			sealer, "the root that is known is another one in the database", known, b->number);
	return true;
}

/* Behind the database, so that it never knows of a root that was not stored. */
static void keep_place(const struct app *app, struct arena *arena, const struct before *b)
{
	const struct record_place place = {.number = b->number, .chain = b->chain};
	int error;

	if (b->number == app->sealer->asked.number)
		return;
	error = record_place_write(arena, app->config, &place);
	if (error < 0 && tells_again(&app->sealer->unkept_ms))
		log_warn("record.not_kept", LOG_INT("root", b->number),
			LOG_STR("why", str_of(key_file_fault(error))));
}

/* The log is outside the database: it shows what was sealed, whatever becomes of the rows. */
static void tell(struct arena *arena, const struct record_root *root, const struct digest *chain)
{
	log_info("record.sealed", LOG_INT("number", root->number), LOG_INT("events", root->events),
		LOG_STR("chain", digest_hex(arena, digest_bytes(chain))));
	log_flush(); /* it is a witness of the chain: it stands in the log before the root is stored */
}

static bool may_seal(struct app *app, struct arena *arena, const PGresult *last, const struct before *b)
{
	if (!goes_on(arena, app->sealer, last, b) || !is_genuine(app, arena, last, b))
		return false;
	metric_set(METRIC_record_held, 0);
	keep_place(app, arena, b);
	return true;
}

bool sealer_seal(struct app *app, PGresult *const *found, struct db_unit *u)
{
	struct arena *arena = db_unit_arena(u);
	const PGresult *rows = found[1];
	const struct signing_key *key = app->keys->record.signs;
	int last = PQntuples(rows) - 1;
	uint8_t signature[ES256_SIGNATURE_SIZE];
	struct record_root root;
	struct digest chain;
	struct batch batch;

	struct before b = before(arena, found[0]);
	if (!key || app->sealer->blind || !may_seal(app, arena, found[0], &b) || last < 0)
		return false;
	if (db_cell_int(rows, 0, "number") != b.number) /* another worker has sealed in between */
		return false;
	read_batch(arena, rows, &batch);
	if (waits_for_more(&batch)) /* the next turn finds them again */
		return false;
	root = (struct record_root){.number = b.number + 1,
		.at_ms = clock_wall_ms(),
		.events = batch.n,
		.root = merkle_root(record_leaves(arena, buf_str(&batch.entries)), (size_t)batch.n),
		.previous = b.chain};
	struct str statement = record_statement(arena, &root);
	chain = record_chain(statement);
	if (!es256_sign(key->key, statement, signature))
		return false;
	tell(arena, &root, &chain);
	sql_jobs_record_store(u, .seen = db_cell(rows, 0, "seen"), .xid = db_cell(rows, last, "xid"),
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
