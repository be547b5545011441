/* tiepdan verify: whether the record (civil/record.h) is as it was sealed, and tickets and texts are as it
 * says; whether a receipt proves what it says (verify_receipt.c); or whether reports are right
 * (verify_reports.c). */
#include "command/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "auth/jwk.h"
#include "auth/key_file.h"
#include "auth/record_place.h"
#include "base/embedded.h"
#include "base/file.h"
#include "base/must.h"
#include "civil/record.h"
#include "command/command.h"
#include "db/answer.h"
#include "jobs/sealer.h"

enum {
	YEARS_MAX = 60, /* of minutes that are counted one by one */
	MINUTES_YEAR = 527040,
	PUBLISHED_MAX = 65536, /* bytes of a JWK set */
	BESIDE = 2	       /* pieces besides those of events: tickets, texts */
};

/* The pieces of a pass, and what was found in each. */
struct pass {
	struct verify_piece *pieces;
	struct verify_found *found;
	size_t n;
};

/* All of it. */
struct sum {
	int64_t faults, told, roots, entries, looked_at, events, unsealed, late, tickets, unsaid, texts, gone,
		unread;
	bool seen[VERIFY_KNOWN], texts_differ;
	int64_t last;
	struct digest chain;
};

/* --- passes --------------------------------------------------------------------------------------------- */

static bool pass_make(struct arena *arena, size_t n, struct pass *ret)
{
	*ret = (struct pass){.pieces = arena_alloc(arena, (n + 1) * sizeof(*ret->pieces)),
		.found = verify_shared((n + 1) * sizeof(*ret->found)),
		.n = n};
	return ret->found != NULL;
}

static void pass_end(struct pass *pass)
{
	if (pass->found)
		munmap(pass->found, (pass->n + 1) * sizeof(*pass->found));
}

static void tell(struct sum *sum, const struct verify_found *found)
{
	const char *line = found->text, *end;

	for (; (end = strchr(line, '\n')) && sum->told < VERIFY_FAULTS; line = end + 1) {
		printf("%.*s\n", (int)(end - line), line);
		sum->told++;
	}
	sum->faults += found->faults;
}

static void add(struct sum *sum, const struct verify_found *found)
{
	sum->roots += found->roots;
	sum->events += found->events;
	sum->unsealed += found->unsealed;
	sum->late += found->late;
	sum->tickets += found->tickets;
	sum->unsaid += found->unsaid;
	sum->texts += found->texts;
	sum->gone += found->gone;
	sum->unread += found->unread;
	for (size_t i = 0; i < VERIFY_KNOWN; i++)
		sum->seen[i] |= found->seen[i];
	sum->texts_differ |= found->texts_differ;
	tell(sum, found);
}

/* --- the roots ------------------------------------------------------------------------------------------ */

static bool plan_roots(struct arena *arena, PGconn *pg, struct pass *ret)
{
	PGresult *r = pg_query(
		pg, "command_verify_root_pieces", (struct str[]){verify_number(arena, VERIFY_ROOTS)}, 1);
	int n = r ? PQntuples(r) : 0;
	int64_t before_us = VERIFY_NEVER;
	bool ok = r && pass_make(arena, (size_t)n, ret);

	for (int i = 0; ok && i < n; i++) {
		int64_t first = db_cell_int(r, i, "first"), last_us = db_cell_int(r, i, "last_us");

		ret->pieces[i] = (struct verify_piece){.look = verify_roots,
			.from = first,
			.until = first + VERIFY_ROOTS,
			.before_us = before_us};
		before_us = last_us > before_us ? last_us : before_us;
	}
	PQclear(r);
	return ok;
}

static void add_roots(struct arena *arena, struct verify *v, struct sum *sum, const struct pass *pass)
{
	struct verify_found *link = arena_alloc(arena, sizeof(*link));

	v->sealed_us = VERIFY_NEVER;
	for (size_t i = 0; i < pass->n; i++) {
		const struct verify_found *found = &pass->found[i];

		if (found->roots == 0)
			continue;
		link->faults = 0;
		link->len = 0;
		link->text[0] = '\0';
		verify_link(sum->last, &sum->chain, found->first, &found->first_names, link);
		tell(sum, link);
		add(sum, found);
		sum->entries += found->entries;
		sum->last = found->last;
		sum->chain = found->last_chain;
		v->sealed_us = found->last_us > v->sealed_us ? found->last_us : v->sealed_us;
	}
}

static void found_wrong(struct sum *sum, struct str line)
{
	printf("%.*s\n", STR_ARG(line));
	sum->faults++;
}

static void look_for_known(struct arena *arena, const struct verify *v, struct sum *sum)
{
	for (size_t i = 0; i < VERIFY_KNOWN; i++)
		if (v->known[i].root.number > 0 && !sum->seen[i])
			found_wrong(
				sum, arena_printf(arena,
					     "root %" PRId64 " %s and is gone: the record has been cut off",
					     v->known[i].root.number, v->known[i].why));
}

static bool look_at_roots(struct arena *arena, struct verify *v, PGconn *pg, struct sum *sum)
{
	struct pass pass = {.n = 0};
	bool ok = plan_roots(arena, pg, &pass) && verify_all(v, pass.pieces, pass.n, pass.found);

	if (ok) {
		add_roots(arena, v, sum, &pass);
		look_for_known(arena, v, sum);
	}
	pass_end(&pass);
	return ok;
}

/* --- events, tickets, texts ----------------------------------------------------------------------------- */

/* Pieces of events: whole minutes, as many as have VERIFY_EVENTS entries. */
static size_t cut(const struct verify_minutes *m, struct verify_piece *ret)
{
	size_t pieces = 0, entries = 0;
	int64_t from = m->from_us;

	for (size_t i = 0; i < m->n; i++) {
		size_t here = atomic_load(&m->count[i]);

		if (entries > 0 && entries + here > VERIFY_EVENTS) {
			int64_t until = m->first_us + (int64_t)i * VERIFY_MINUTE_US;

			ret[pieces++] = (struct verify_piece){
				.look = verify_events, .from = from, .until = until, .entries = entries};
			from = until;
			entries = 0;
		}
		entries += here;
	}
	ret[pieces++] = (struct verify_piece){
		.look = verify_events, .from = from, .until = m->until_us, .entries = entries};
	return pieces;
}

static bool plan_events(struct arena *arena, const struct verify *v, const struct sum *sum, struct pass *ret)
{
	size_t most = (size_t)(sum->entries * 2 / VERIFY_EVENTS) + 2 + BESIDE;
	struct verify_piece *piece;

	if (!pass_make(arena, most, ret))
		return false;
	piece = ret->pieces;
	*piece++ = (struct verify_piece){.look = verify_tickets}; /* the longest first */
	*piece++ = (struct verify_piece){.look = verify_texts};
	if (v->minutes.n > 0)
		piece += cut(&v->minutes, piece);
	ret->n = (size_t)(piece - ret->pieces);
	return true;
}

static bool look_at_events(struct arena *arena, const struct verify *v, struct sum *sum)
{
	struct pass pass = {.n = 0};
	bool ok = plan_events(arena, v, sum, &pass) && verify_all(v, pass.pieces, pass.n, pass.found);

	for (size_t i = 0; ok && i < pass.n; i++) {
		add(sum, &pass.found[i]);
		sum->looked_at += pass.found[i].entries;
	}
	/* None is left out: an entry that nobody has looked at hides an event that is gone. */
	if (ok && sum->entries != sum->looked_at)
		found_wrong(sum, arena_printf(arena, "%" PRId64 " entries of roots are of no time",
					 sum->entries - sum->looked_at));
	pass_end(&pass);
	return ok;
}

/* --- what events say, against what stands --------------------------------------------------------------- */

static bool look_at_facts(struct arena *arena, const struct verify *v, PGconn *pg, struct sum *sum)
{
	struct pass pass;
	bool ok = pass_make(arena, FACTS_BINS, &pass);

	for (size_t i = 0; ok && i < FACTS_BINS; i++)
		pass.pieces[i] = (struct verify_piece){.look = verify_bin, .bin = i};
	ok = ok && verify_all(v, pass.pieces, pass.n, pass.found);
	for (size_t i = 0; ok && i < pass.n; i++)
		add(sum, &pass.found[i]);
	ok = ok && verify_named(v, pg, sum->texts_differ, &pass.found[FACTS_BINS]);
	if (ok)
		add(sum, &pass.found[FACTS_BINS]);
	pass_end(&pass);
	return ok;
}

/* --- the whole ------------------------------------------------------------------------------------------ */

static bool begin_minutes(struct verify_minutes *m)
{
	int64_t most = (int64_t)YEARS_MAX * MINUTES_YEAR,
		minutes = (m->until_us - m->from_us) / VERIFY_MINUTE_US + 2;

	m->n = (size_t)(minutes > most ? most : minutes);
	m->first_us = minutes > most ? m->until_us - most * VERIFY_MINUTE_US : m->from_us;
	m->count = verify_shared(m->n * sizeof(*m->count));
	return m->count != NULL;
}

/* A database on its way has rows of which nothing is said yet. */
static bool is_migrated(PGconn *pg)
{
	PGresult *r = pg_query(pg, "command_schema", NULL, 0);
	int64_t known = (int64_t)embedded_group("migrations")->n,
		schema = r ? db_cell_int(r, 0, "schema") : 0;

	if (r && schema < known)
		fprintf(stderr,
			"tiepdan: the database is at migration %" PRId64 " of %" PRId64
			": run `tiepdan migrate` first\n",
			schema, known);
	PQclear(r);
	return r && schema >= known;
}

/* The sealer takes all that there is: only a root that is full ends inside a transaction. */
static bool is_whole(int64_t last_events)
{
	return last_events != DB_NO_INT && last_events < SEALER_PORTION;
}

/* Pairs of a transaction and an event. */
static void read_passed(struct arena *arena, struct str text, struct verify *v)
{
	struct verify_passed *passed = arena_alloc(arena, (text.len / UUID_TEXT_SIZE + 1) * sizeof(*passed));
	struct str xid, id;

	while (str_next(&text, ' ', &xid) && str_next(&text, ' ', &id)) {
		struct verify_passed *p = &passed[v->npassed++];

		p->xid = strtoull(arena_cstr(arena, xid), NULL, 10);
		must(uuid_parse(id, &p->id));
	}
	v->passed = passed;
}

static void read_running(struct arena *arena, struct str text, struct verify *v)
{
	uint64_t *running = arena_alloc(arena, (text.len / 2 + 1) * sizeof(*running));

	for (struct str xid; str_next(&text, ' ', &xid);)
		running[v->nrunning++] = strtoull(arena_cstr(arena, xid), NULL, 10);
	v->running = running;
}

/* What all processes see. */
static bool begin(struct arena *arena, PGconn *pg, struct verify *v)
{
	PGresult *r = pg_script(pg, "begin isolation level repeatable read read only")
			      ? pg_query(pg, "command_verify_bounds", NULL, 0)
			      : NULL;
	bool ok = r && PQntuples(r) == 1;

	if (ok) {
		v->minutes.from_us = db_cell_int(r, 0, "from_us");
		v->minutes.until_us = db_cell_int(r, 0, "until_us");
		v->cursor_xid = strtoull(PQgetvalue(r, 0, PQfnumber(r, "xid")), NULL, 10);
		v->cursor_id = db_cell_uuid(r, 0, "id");
		v->cursor_whole = is_whole(db_cell_int(r, 0, "last_events"));
		read_passed(arena, db_cell(r, 0, "passed"), v);
		read_running(arena, db_cell(r, 0, "running"), v);
		v->end_xid = strtoull(PQgetvalue(r, 0, PQfnumber(r, "end_xid")), NULL, 10);
		v->snapshot = arena_str(arena, db_cell(r, 0, "snapshot"));
		memset(v->walked.byte, 0xff, sizeof(v->walked.byte));
		if (db_cell(r, 0, "walked").at)
			v->walked = db_cell_uuid(r, 0, "walked");
		ok = v->minutes.from_us == DB_NO_INT || begin_minutes(&v->minutes);
	} else if (r) {
		fputs("tiepdan: the record has no cursor: run `tiepdan migrate`\n", stderr);
	}
	PQclear(r);
	return ok;
}

static bool run(struct arena *arena, PGconn *pg, struct verify *v, struct sum *sum)
{
	bool ok = is_migrated(pg) && begin(arena, pg, v) && look_at_roots(arena, v, pg, sum) &&
		  look_at_events(arena, v, sum) && look_at_facts(arena, v, pg, sum) &&
		  pg_script(pg, "commit");

	if (v->minutes.count)
		munmap(v->minutes.count, v->minutes.n * sizeof(*v->minutes.count));
	return ok;
}

static void print_beside(const struct verify *v, const struct sum *sum)
{
	printf("%" PRId64 " tickets as their events say, %" PRId64 " texts as they were written, %" PRId64
	       " gone\n",
		sum->tickets, sum->texts, sum->gone);
	if (sum->unsaid + sum->unread > 0)
		printf("%" PRId64 " tickets and %" PRId64
		       " filings are of before, so that no event says what they were\n",
			sum->unsaid, sum->unread);
	if (!v->keys)
		puts("without key_dir nothing is said of title, text and place of what was filed");
	if (sum->late > 0)
		printf("%" PRId64
		       " events were sealed more than an hour behind later ones: late, or made up\n",
			sum->late);
}

static void print_sum(struct arena *arena, const struct verify *v, const struct sum *sum)
{
	if (sum->faults > VERIFY_FAULTS)
		printf("... and %" PRId64 " more\n", sum->faults - sum->told);
	printf("%" PRId64 " events, %" PRId64 " of them not sealed yet, under %" PRId64 " roots: %" PRId64
	       " faults\n",
		sum->events, sum->unsealed, sum->roots, sum->faults);
	print_beside(v, sum);
	if (sum->roots > 0)
		printf("the last root is %" PRId64 ":%.*s, in short %.*s\n", sum->last,
			STR_ARG(digest_hex(arena, digest_bytes(&sum->chain))),
			STR_ARG(record_short(arena, sum->last, &sum->chain)));
}

/* --- arguments ------------------------------------------------------------------------------------------ */

struct wanted {
	struct verify_receipt_files files; /* `receipt` NULL: the record is looked at */
	const char *keys;		   /* a file with a JWK set; NULL: those of key_dir */
};

static bool read_head(struct arena *arena, const char *text, struct record_known *ret)
{
	if (record_known_read(arena, str_of(text), ret))
		return true;
	fputs("tiepdan: --head needs NUMBER:HASH, 64 hex digits or the short form\n", stderr);
	return false;
}

/* What is to be looked at; returns the options behind it, NULL after a message. */
static char **read_subject(char **args, struct wanted *ret)
{
	if (args[0] && strcmp(args[0], "record") == 0)
		return args + 1;
	if (args[0] && args[1] && strcmp(args[0], "receipt") == 0) {
		ret->files.receipt = args[1];
		return args + 2;
	}
	command_print(command_find("verify"), stderr);
	return NULL;
}

static bool read_args(struct arena *arena, char **args, struct wanted *ret)
{
	args = read_subject(args, ret);
	for (; args && args[0] && args[1]; args += 2) {
		if (strcmp(args[0], "--keys") == 0)
			ret->keys = args[1];
		else if (strcmp(args[0], "--roots") == 0 && ret->files.receipt)
			ret->files.roots = args[1];
		else if (strcmp(args[0], "--head") != 0)
			break;
		else if (!read_head(arena, args[1], &ret->files.head))
			return false;
	}
	return args && command_ends(args);
}

static bool read_published(struct arena *arena, const char *path, struct signing_keys *ret)
{
	struct str text = STR_NONE;
	int error = file_read(arena, path, PUBLISHED_MAX, &text);

	if (error == 0 && jwk_read_set(arena, text, ret))
		return true;
	fprintf(stderr, "tiepdan: %s: %s\n", path,
		error < 0 ? strerror(-error) : "is no set of public keys as GET /v1/record/keys tells it");
	return false;
}

/* The root that the sealer keeps outside the database: it is never before it. */
static bool read_place(struct arena *arena, const struct config *config, struct record_known *ret)
{
	struct record_place place = {.number = 0};
	int error = record_place_read(arena, config, &place);

	if (error < 0)
		fprintf(stderr, "tiepdan: record.place in record_dir or key_dir %s\n", key_file_fault(error));
	*ret = (struct record_known){place.number, digest_hex(arena, digest_bytes(&place.chain))};
	return error == 0;
}

static bool read_keys(
	struct arena *arena, const struct config *config, const struct wanted *wanted, struct verify *v)
{
	struct signing_keys *published = arena_alloc(arena, sizeof(*published));
	struct str reason = STR("the setting key_dir is not set; give --keys FILE, or set it");

	v->signers = published;
	if (wanted->keys)
		return read_published(arena, wanted->keys, published);
	v->keys = config->key_dir[0] != '\0' ? keys_load(arena, config->key_dir, &reason) : NULL;
	if (v->keys)
		v->signers = &v->keys->record;
	else
		fprintf(stderr, "tiepdan: %.*s\n", STR_ARG(reason));
	return v->keys != NULL;
}

/* The roots that must be there. */
static bool read_known(
	struct arena *arena, const struct config *config, const struct wanted *wanted, struct verify *v)
{
	v->known[0] = (struct verify_known){wanted->files.head, "was published"};
	v->known[1].why = "stands in record.place";
	return wanted->keys || read_place(arena, config, &v->known[1].root);
}

static bool verify_record(struct arena *arena, const struct wanted *wanted, struct verify *v)
{
	struct sum sum = {.faults = 0};
	PGconn *pg = NULL;
	bool ok = false;

	if (read_known(arena, v->config, wanted, v) && (v->facts = facts_new(arena, v->processes)))
		pg = pg_connect("owner_url", v->config->owner_url);
	if (pg && run(arena, pg, v, &sum)) {
		print_sum(arena, v, &sum);
		ok = sum.faults == 0;
	}
	PQfinish(pg);
	return ok;
}

int command_verify(const struct config *config, char **args)
{
	struct arena *arena;
	struct verify v = {.config = config, .processes = verify_processes()};
	struct wanted wanted = {.keys = NULL};
	bool ok = false;

	if (args[0] && strcmp(args[0], "reports") == 0)
		return command_ends(args + 1) ? verify_reports(config) : EXIT_FAILURE;
	arena = arena_new();
	if (arena && read_args(arena, args, &wanted) && read_keys(arena, config, &wanted, &v))
		ok = wanted.files.receipt ? verify_receipt(arena, v.signers, &wanted.files)
					  : verify_record(arena, &wanted, &v);
	arena_free(arena);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
