/* tiepdan verify receipt: whether a receipt (api/openapi.yaml) proves what it says, with nothing but it and
 * public keys; and with roots behind its own, whether they lead from it to one that was published. */
#include <inttypes.h>
#include <string.h>

#include <jansson.h>

#include "auth/es256.h"
#include "auth/jws.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/merkle.h"
#include "civil/record.h"
#include "command/verify.h"

enum {
	RECEIPT_MAX = 1024 * 1024, /* bytes */
	ROOTS_MAX = 16 * 1024 * 1024,
	US_PER_MS = 1000
};

/* The members of the content of an event, an array. */
enum {
	CONTENT_ID,
	CONTENT_AT_US,
	CONTENT_DATA = 11
};

struct check {
	struct arena *arena;
	const struct signing_keys *signers;
	const json_t *event, *words, *root; /* of the receipt */
	json_t *content;		    /* of its event */
	struct record_entry entry;
	struct record_root sealed;
	struct digest chain;		 /* of the last root so far */
	const struct record_known *head; /* number 0: none was given */
	bool has_head;
};

static bool wrong(const char *what)
{
	printf("%s\n", what);
	return false;
}

static bool read_hex(struct arena *arena, struct str text, struct digest *ret)
{
	struct str bytes = text.at ? digest_hex_decode(arena, text) : STR_NONE;

	if (bytes.len != sizeof(ret->byte))
		return false;
	memcpy(ret->byte, bytes.at, sizeof(ret->byte));
	return true;
}

static bool read_digest(struct arena *arena, const json_t *object, const char *name, struct digest *ret)
{
	return read_hex(arena, jws_text(object, name), ret);
}

static json_t *read_json(struct arena *arena, const char *path, size_t max)
{
	struct str text = STR_NONE;
	json_error_t where;
	int error = file_read(arena, path, max, &text);
	json_t *json = error == 0 ? json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES, &where) : NULL;

	if (!json)
		fprintf(stderr, "tiepdan: %s: %s\n", path, error < 0 ? strerror(-error) : where.text);
	return json;
}

/* --- what happened -------------------------------------------------------------------------------------- */

static bool check_event(struct check *c)
{
	struct str text = jws_text(c->event, "content"), id = jws_text(c->event, "id");
	int64_t at_ms;

	if (!text.at)
		return wrong("the event is of before version 77, and what it says is told to staff alone");
	struct digest hash = digest_sha256(text);
	c->content = json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *at_us = json_array_get(c->content, CONTENT_AT_US);
	const char *said = json_string_value(json_array_get(c->content, CONTENT_ID));
	if (!read_digest(c->arena, c->event, "hash", &c->entry.hash) || !digest_eq(&hash, &c->entry.hash))
		return wrong("what the event says is not what its hash is of");
	if (!said || !id.at || !str_eq(id, str_of(said)) || !uuid_parse(id, &c->entry.event))
		return wrong("the event is another one than it says");
	c->entry.at_us = json_integer_value(at_us);
	if (clock_parse(jws_text(c->event, "at"), &at_ms) < 0 || at_ms != c->entry.at_us / US_PER_MS)
		return wrong("the event is of another time than it says");
	return true;
}

static bool check_words(struct check *c)
{
	struct str salt = jws_text(c->words, "salt"),
		   said = jws_text(json_array_get(c->content, CONTENT_DATA), "content");
	const struct str parts[] = {
		jws_text(c->words, "title"), jws_text(c->words, "text"), jws_text(c->words, "location_text")};
	struct str key = salt.at ? digest_hex_decode(c->arena, salt) : STR_NONE;

	if (!said.at)
		return wrong("the event is of before version 77, and proves no words");
	if (!key.at)
		return wrong("the words have no salt");
	struct digest content = digest_hmac(key, parts, sizeof(parts) / sizeof(parts[0]));
	return str_eq(digest_hex(c->arena, digest_bytes(&content)), said) ||
	       wrong("title, text and place are not those that were filed");
}

/* --- under which root ----------------------------------------------------------------------------------- */

static bool read_path(struct arena *arena, const json_t *nodes, struct merkle_path *ret)
{
	*ret = (struct merkle_path){.n = (unsigned)json_array_size(nodes)};
	if (!json_is_array(nodes) || json_array_size(nodes) > MERKLE_PATH_MAX)
		return false;
	for (unsigned i = 0; i < ret->n; i++) {
		const char *text = json_string_value(json_array_get(nodes, i));
		if (!text || !read_hex(arena, str_of(text), &ret->node[i]))
			return false;
	}
	return true;
}

static bool check_path(struct check *c, const json_t *receipt)
{
	const json_t *place = json_object_get(receipt, "place");
	struct buf stored = {.arena = c->arena};
	struct merkle_path path;
	struct digest got;

	record_put(&stored, &c->entry);
	struct digest leaf = merkle_leaf(buf_str(&stored));
	if (!json_is_integer(place) || json_integer_value(place) < 0 ||
		!read_path(c->arena, json_object_get(receipt, "path"), &path) ||
		!merkle_follow(
			&leaf, (size_t)json_integer_value(place), (size_t)c->sealed.events, &path, &got) ||
		!digest_eq(&got, &c->sealed.root))
		return wrong("the path does not lead from the event to the root");
	return true;
}

static bool read_root(struct check *c, const json_t *json, struct record_root *ret)
{
	*ret = (struct record_root){.number = json_integer_value(json_object_get(json, "number")),
		.events = json_integer_value(json_object_get(json, "events"))};
	return ret->number > 0 && ret->events > 0 && clock_parse(jws_text(json, "at"), &ret->at_ms) == 0 &&
	       read_digest(c->arena, json, "root", &ret->root) &&
	       read_digest(c->arena, json, "previous", &ret->previous);
}

static bool is_signed(const struct check *c, const json_t *json, struct str statement)
{
	struct str kid = jws_text(json, "kid"), text = jws_text(json, "signature");
	struct str signature = text.at ? digest_b64url_decode(c->arena, text) : STR_NONE;
	const struct signing_key *key = kid.at ? keys_signing(c->signers, kid) : NULL;

	return key && signature.len == ES256_SIGNATURE_SIZE &&
	       es256_verify(key->key, statement, (const uint8_t *)signature.at) == ES256_GOOD;
}

/* Reads a root and sets c->chain to its own; whether it is the one that was published is kept. */
static bool check_root(struct check *c, const json_t *json, struct record_root *ret)
{
	struct digest said;

	if (!read_root(c, json, ret))
		return wrong("a root is not whole");
	struct str statement = record_statement(c->arena, ret);
	c->chain = record_chain(statement);
	if (!read_digest(c->arena, json, "chain", &said) || !digest_eq(&said, &c->chain)) {
		printf("root %" PRId64 ": its hash is not that of what it says\n", ret->number);
		return false;
	}
	if (!is_signed(c, json, statement)) {
		printf("root %" PRId64 ": what it says was not signed with a key that is known\n",
			ret->number);
		return false;
	}
	c->has_head |= ret->number == c->head->number && record_known_is(c->arena, c->head, &c->chain);
	return true;
}

/* --- up to one that was published ----------------------------------------------------------------------- */

/* Roots as GET /v1/record/roots tells them; those before the receipt's are passed over. Sets *last. */
static bool check_behind(struct check *c, const json_t *roots, struct record_root *last)
{
	size_t i;
	const json_t *json;

	json_array_foreach(json_object_get(roots, "items"), i, json)
	{
		struct digest before = c->chain;
		struct record_root root;

		if (json_integer_value(json_object_get(json, "number")) <= last->number)
			continue;
		if (!check_root(c, json, &root))
			return false;
		if (root.number != last->number + 1 || !digest_eq(&root.previous, &before)) {
			printf("root %" PRId64 " does not name root %" PRId64 " of before\n", root.number,
				last->number);
			return false;
		}
		*last = root;
	}
	return true;
}

static bool check_head(const struct check *c, const struct record_root *last)
{
	if (c->head->number == 0 || c->has_head)
		return true;
	printf("the roots %" PRId64 " to %" PRId64
	       " are here, and the one that was published is none of them\n",
		c->sealed.number, last->number);
	return false;
}

/* --- all of it ------------------------------------------------------------------------------------------ */

static void print_proof(const struct check *c, const struct record_root *last)
{
	const json_t *data = json_array_get(c->content, CONTENT_DATA);
	struct str code = jws_text(data, "code");
	char at[CLOCK_RFC3339_SIZE], sealed_at[CLOCK_RFC3339_SIZE];

	clock_format(c->entry.at_us / US_PER_MS, at);
	clock_format(c->sealed.at_ms, sealed_at);
	printf("%.*s: filed at %s with this title, text and place, and sealed at %s under root %" PRId64 "\n",
		STR_ARG(code.at ? code : STR("the ticket")), at, sealed_at, c->sealed.number);
	printf("root %" PRId64 " is %.*s\n", last->number,
		STR_ARG(record_short(c->arena, last->number, &c->chain)));
}

static bool check_all(struct check *c, const json_t *receipt, const json_t *roots)
{
	struct record_root last;

	c->event = json_object_get(receipt, "event");
	c->words = json_object_get(receipt, "words");
	c->root = json_object_get(receipt, "root");
	if (!check_event(c) || !check_words(c) || !check_root(c, c->root, &c->sealed) ||
		!check_path(c, receipt))
		return false;
	last = c->sealed;
	if (!check_behind(c, roots, &last) || !check_head(c, &last))
		return false;
	print_proof(c, &last);
	return true;
}

bool verify_receipt(
	struct arena *arena, const struct signing_keys *signers, const struct verify_receipt_files *files)
{
	struct check c = {.arena = arena, .signers = signers, .head = &files->head};
	json_t *receipt = read_json(arena, files->receipt, RECEIPT_MAX),
	       *roots = receipt && files->roots ? read_json(arena, files->roots, ROOTS_MAX) : NULL;
	bool ok = receipt && (roots || !files->roots) && check_all(&c, receipt, roots);

	json_decref(c.content);
	json_decref(receipt);
	json_decref(roots);
	return ok;
}
