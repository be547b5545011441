/* How tickets and texts stand, as facts. */
#include <string.h>

#include "auth/receipt.h"
#include "command/standing.h"
#include "command/verify.h"

/* The columns of verify_tickets.sql: the id, fields as standing.h has them, and what is behind them. */
enum {
	ID,
	FIELD,
	UNDONE = FIELD + STANDING_CONTENT,
	TITLE,
	TEXT,
	PLACE,
	DESTROYED
};

/* The columns of verify_texts.sql. */
enum {
	OF,
	KEY,
	VERSION,
	SALT,
	TEXTS,
	TICKET
};

struct stream {
	const struct verify *v;
	struct arena *arena;
	struct buf scratch;
};

static struct str uuid_text(char *room, const PGresult *r, int column)
{
	struct uuid id = verify_uuid(r, 0, column);

	uuid_format(&id, room);
	return str_of(room);
}

/* A column as ->> gives it; `room` has UUID_TEXT_SIZE bytes. */
static struct str field(char *room, const PGresult *r, enum standing_field which)
{
	int column = FIELD + (int)which;

	if (PQgetisnull(r, 0, column))
		return STR_NONE;
	switch (which) {
	case STANDING_VERSION:
	case STANDING_HOLDER:
	case STANDING_POLICY:
	case STANDING_RETURNS:
	case STANDING_NUMBER:
		return verify_digits(room, verify_int(r, 0, column));
	case STANDING_ANSWERED:
	case STANDING_FILED:
		return verify_digits(room, verify_us(r, 0, column));
	case STANDING_PERSON:
		return uuid_text(room, r, column);
	case STANDING_RESTRICTED:
		return verify_bytes(r, 0, column).at[0] ? STR("true") : STR_NONE;
	case STANDING_ANONYMOUS:
		return verify_bytes(r, 0, column).at[0] ? STR("true") : STR("false");
	default:
		return verify_bytes(r, 0, column);
	}
}

static void put_filing(struct stream *s, const PGresult *r, const struct uuid *ticket)
{
	struct arena *arena = arena_new();
	struct receipt_words words = {.title = verify_bytes(r, 0, TITLE),
		.text = verify_bytes(r, 0, TEXT),
		.place = verify_bytes(r, 0, PLACE)};

	if (arena)
		facts_put(s->v->facts, FACT_FILED, facts_key_of(ticket),
			verify_us(r, 0, FIELD + STANDING_FILED),
			facts_hash(s->v->facts, receipt_content(arena, s->v->keys, ticket, &words)));
	else
		arena_fail(s->arena);
	arena_free(arena);
}

static bool is_destroyed(const PGresult *r)
{
	return !PQgetisnull(r, 0, DESTROYED) && PQgetlength(r, 0, TITLE) == 0 &&
	       PQgetlength(r, 0, TEXT) == 0 && PQgetisnull(r, 0, PLACE);
}

static void put_ticket(void *arg, const PGresult *r)
{
	struct stream *s = arg;
	struct facts *facts = s->v->facts;
	char room[STANDING_CONTENT][UUID_TEXT_SIZE];
	struct uuid id = verify_uuid(r, 0, ID);
	struct fact_key key = facts_key_of(&id);
	struct standing stands;
	bool is_gone = is_destroyed(r), is_half_gone = !is_gone && !PQgetisnull(r, 0, DESTROYED);

	for (enum standing_field i = 0; i < STANDING_CONTENT; i++)
		stands.field[i] = field(room[i], r, i);
	facts_put(facts, FACT_TICKET, key, verify_int(r, 0, FIELD + STANDING_VERSION),
		standing_hash(facts, &s->scratch, &stands));
	facts_put(facts, FACT_BEGAN, key, 0, standing_hash_began(facts, &s->scratch, &stands));
	if (is_gone)
		facts_put(facts, FACT_DESTROYED, key, verify_us(r, 0, DESTROYED), 0);
	else if (s->v->keys)
		put_filing(s, r, &id);
	if (verify_bytes(r, 0, UNDONE).at[0] || is_half_gone)
		facts_suspect(facts, key);
}

static struct digest commitment(struct buf *scratch, const PGresult *r)
{
	struct str salt = verify_bytes(r, 0, SALT);

	scratch->len = 0;
	buf_put(scratch, salt.at ? salt : STR(""));
	buf_put(scratch, verify_bytes(r, 0, TEXTS));
	return digest_sha256(buf_str(scratch));
}

static void put_text(void *arg, const PGresult *r)
{
	struct stream *s = arg;
	struct facts *facts = s->v->facts;
	struct verify_text text = {.of = verify_bytes(r, 0, OF), .key = verify_bytes(r, 0, KEY)};
	struct digest said = commitment(&s->scratch, r);
	struct fact_key key = verify_text_key(facts, &s->scratch, text);
	struct uuid ticket = verify_uuid(r, 0, TICKET);
	struct arena *arena = arena_new();

	verify_has(facts, &s->scratch, FACT_HAS, &ticket, text);
	if (arena)
		facts_put(facts, verify_is_row(text.of) ? FACT_ROW : FACT_TEXT, key,
			verify_int(r, 0, VERSION), facts_hash(facts, digest_hex(arena, digest_bytes(&said))));
	else
		arena_fail(s->arena);
	arena_free(arena);
}

static bool stream(
	const struct verify *v, PGconn *pg, const char *statement, void (*put)(void *arg, const PGresult *r))
{
	struct arena *arena = arena_new();
	struct stream s = {.v = v, .arena = arena, .scratch = {.arena = arena}};
	bool ok = arena && pg_send(pg, statement, NULL, 0) && pg_each(pg, put, &s) && !arena_failed(arena);

	arena_free(arena);
	return ok;
}

bool verify_tickets(
	const struct verify *v, PGconn *pg, const struct verify_piece *piece, struct verify_found *found)
{
	(void)piece, (void)found;
	return stream(v, pg, "command_verify_tickets", put_ticket);
}

bool verify_texts(
	const struct verify *v, PGconn *pg, const struct verify_piece *piece, struct verify_found *found)
{
	(void)piece, (void)found;
	return stream(v, pg, "command_verify_texts", put_text);
}

static struct str text_name(struct buf *scratch, struct verify_text text)
{
	scratch->len = 0;
	buf_put(scratch, text.of.at ? text.of : STR(""));
	buf_byte(scratch, '\x1f');
	buf_put(scratch, text.key.at ? text.key : STR(""));
	return buf_str(scratch);
}

struct fact_key verify_text_key(const struct facts *facts, struct buf *scratch, struct verify_text text)
{
	return facts_key(facts, text_name(scratch, text));
}

bool verify_is_row(struct str of)
{
	static const struct str rows[] = {
		STR("account"), STR("delegation"), STR("account_event"), STR("configuration_change")};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (str_eq(of, rows[i]))
			return true;
	return false;
}

/* What people may have erased without their ticket has an even sign. */
void verify_has(struct facts *facts, struct buf *scratch, enum fact_what what, const struct uuid *ticket,
	struct verify_text text)
{
	int64_t sign = facts_sign(facts, text_name(scratch, text)) & ~INT64_C(1);

	if (!uuid_is_nil(ticket))
		facts_put(facts, what, facts_key_of(ticket), sign | !str_eq(text.of, STR("data_request")), 0);
}

bool verify_stays(int64_t sign)
{
	return sign & 1;
}
