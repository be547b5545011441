/* Sweeps the store. */
#include "jobs/sweep.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/store.h"
#include "db/answer.h"
#include "gen/sql/jobs.h"

enum {
	GRACE_S = 3600,
	PORTION = 2000
};

static int64_t before_s(void)
{
	return clock_wall_ms() / 1000 - GRACE_S;
}

void sweep_look(struct app *app, struct db_unit *u)
{
	struct arena *arena = db_unit_arena(u);
	struct uuid *ids = arena_alloc(arena, PORTION * sizeof(*ids));
	struct digest *hashes = arena_alloc(arena, PORTION * sizeof(*hashes));
	struct str *texts = arena_alloc(arena, PORTION * sizeof(*texts));
	int nids = 0, nhashes = 0;

	if (app->store) {
		nids = store_sweep_incoming(app->store, before_s(), ids, PORTION);
		nhashes = store_sweep_kept(app->store, before_s(), hashes, PORTION);
	}
	for (int i = 0; i < nhashes; i++)
		texts[i] = digest_bytes(&hashes[i]);
	sql_jobs_files_unknown(u, .ids = {ids, (size_t)nids, 0}, .hashes = {texts, (size_t)nhashes, 0});
}

static void remove_one(struct app *app, struct arena *arena, const PGresult *found, int row)
{
	struct str id = db_cell(found, row, "id"),
		   hash = digest_hex_decode(arena, db_cell(found, row, "hash"));
	struct digest digest;
	struct uuid uuid;

	if (id.at && uuid_parse(id, &uuid)) {
		for (enum store_part part = 0; part < STORE_PARTS; part++)
			store_drop(app->store, &uuid, part);
	} else if (hash.len == sizeof(digest.byte)) {
		memcpy(digest.byte, hash.at, sizeof(digest.byte));
		store_remove(app->store, &digest, before_s());
	}
}

bool sweep_away(struct app *app, PGresult *const *found, struct db_unit *u)
{
	int n = PQntuples(found[0]);

	for (int i = 0; i < n; i++)
		remove_one(app, db_unit_arena(u), found[0], i);
	metric_add(METRIC_files_swept, n);
	if (n > 0)
		log_info("files.swept", LOG_INT("n", n));
	return false;
}
