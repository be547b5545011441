/* Events of generated tickets. */
#include "command/generate_event.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"

enum {
	TEXT_ROOM = 64
};

static const int64_t second_us = 1000000;

void event_json(struct event *e, const char *name, struct str canonical)
{
	must(e->ndata < EVENT_MEMBERS);
	e->data[e->ndata++] = (struct canonical_member){str_of(name), canonical};
}

void event_text(struct life *l, struct event *e, const char *name, struct str text)
{
	struct buf out = {.arena = l->arena};

	canonical_text(&out, text);
	event_json(e, name, buf_str(&out));
}

void event_number(struct life *l, struct event *e, const char *name, int64_t n)
{
	event_json(e, name, arena_printf(l->arena, "%ld", (long)n));
}

void event_uuid(struct life *l, struct event *e, const char *name, const struct uuid *id)
{
	struct buf out = {.arena = l->arena};

	canonical_uuid(&out, id);
	event_json(e, name, buf_str(&out));
}

void event_instant(struct life *l, struct event *e, const char *name, int64_t seconds)
{
	char text[CLOCK_RFC3339_SIZE];

	clock_format(seconds * 1000, text);
	event_text(l, e, name, str_of(text));
}

struct str event_texts(struct arena *arena, const struct str *texts, size_t n)
{
	struct buf out = {.arena = arena};

	buf_byte(&out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_put(&out, STR(", "));
		canonical_text(&out, texts[i]);
	}
	buf_byte(&out, ']');
	return buf_str(&out);
}

struct str event_key(struct life *l, const struct uuid *id)
{
	char text[UUID_TEXT_SIZE];

	uuid_format(id, text);
	return arena_str(l->arena, str_of(text));
}

void event_says(struct event *e, const char *of, struct str key, struct str said)
{
	must(e->nwords < EVENT_WORDS);
	e->word[e->nwords++] = (struct event_word){str_of(of), key, said};
}

/* event_commitment() */
static struct str commit(struct life *l, const struct uuid *salt, struct str text)
{
	struct buf salted = {.arena = l->arena};
	struct digest digest;

	buf_put(&salted, uuid_bytes(salt));
	buf_put(&salted, text);
	digest = digest_sha256(buf_str(&salted));
	return digest_hex(l->arena, digest_bytes(&digest));
}

/* --- what it says --------------------------------------------------------------------------------------- */

/* ticket_stands() */
static void say_standing(struct life *l, struct event *e)
{
	struct event stands = {.ndata = 0};
	struct buf out = {.arena = l->arena};
	const struct decision *d = &l->decision;

	event_number(l, &stands, "version", l->version);
	event_text(l, &stands, "state", l->state);
	event_number(l, &stands, "holder", l->holder->id);
	if (l->person)
		event_uuid(l, &stands, "person", l->person);
	if (d->policy)
		event_number(l, &stands, "policy", d->policy->id);
	event_number(l, &stands, "returns", l->returns);
	event_text(l, &stands, "kind", l->kind);
	event_text(l, &stands, "category", l->topic.category);
	if (l->area.at)
		event_text(l, &stands, "area", l->area);
	event_text(l, &stands, "level", d->level);
	event_text(l, &stands, "visibility", d->visibility);
	event_text(l, &stands, "sight", d->sight);
	if (l->outcome.at)
		event_text(l, &stands, "outcome", l->outcome);
	if (l->answered)
		event_number(l, &stands, "answered_us", l->answered * second_us);
	canonical_object(&out, stands.data, stands.ndata);
	event_json(e, "ticket", buf_str(&out));
}

/* The rows of `word`, and what the event says of them. */
static void say_words(struct life *l, struct event *e)
{
	struct rows *rows = &l->out->table[TABLE_word];
	struct buf out = {.arena = l->arena};

	if (e->nwords == 0)
		return;
	buf_byte(&out, '[');
	for (size_t i = 0; i < e->nwords; i++) {
		const struct event_word *w = &e->word[i];
		struct uuid salt = random_uuid(&l->random, e->at * 1000);
		struct str said = commit(l, &salt, w->said);

		rows_begin(rows, 6);
		rows_bytes(rows, w->of);
		rows_bytes(rows, w->key);
		rows_uuid(rows, &l->id);
		rows_uuid(rows, &salt);
		rows_bytes(rows, said);
		rows_uuid(rows, &e->id);
		buf_printf(&out, "%s[\"%.*s\", \"%.*s\", 1, \"%.*s\"]", i > 0 ? ", " : "", STR_ARG(w->of),
			STR_ARG(w->key), STR_ARG(said));
	}
	buf_byte(&out, ']');
	event_json(e, "words", buf_str(&out));
}

/* event_part() */
static void say_reason(struct life *l, struct event *e, int64_t at_us)
{
	struct rows *rows = &l->out->table[TABLE_event_text];
	struct uuid salt;

	if (!e->reason.at)
		return;
	salt = random_uuid(&l->random, e->at * 1000);
	rows_begin(rows, 5);
	rows_uuid(rows, &e->id);
	rows_at(rows, at_us);
	rows_bytes(rows, STR("reason"));
	rows_uuid(rows, &salt);
	rows_bytes(rows, e->reason);
	event_json(e, "apart",
		arena_printf(l->arena, "{\"reason\": \"%.*s\"}", STR_ARG(commit(l, &salt, e->reason))));
}

/* --- the row -------------------------------------------------------------------------------------------- */

/* event_hash() */
static struct digest hash(struct life *l, const struct event *e, int64_t at_us, struct str data)
{
	struct buf out = {.arena = l->arena};

	buf_byte(&out, '[');
	canonical_uuid(&out, &e->id);
	buf_printf(&out, ", %ld, ", (long)at_us);
	canonical_uuid(&out, &l->id);
	buf_put(&out, STR(", "));
	canonical_text(&out, e->type);
	buf_printf(&out, ", \"%s\", ", e->actor_kind);
	canonical_uuid(&out, e->actor);
	buf_printf(&out, ", %ld, ", (long)e->department);
	canonical_text(&out, e->from_state);
	buf_put(&out, STR(", "));
	canonical_text(&out, e->to_state);
	buf_put(&out, STR(", "));
	canonical_text(&out, e->public_vi);
	buf_put(&out, STR(", "));
	canonical_text(&out, e->public_en);
	buf_put(&out, STR(", "));
	buf_put(&out, data);
	buf_byte(&out, ']');
	return digest_sha256(buf_str(&out));
}

static struct rows *month_of(const struct life *l, int64_t at)
{
	int year, month, day;

	clock_civil_from_days((int32_t)(at / (24 * 3600)), &year, &month, &day);
	int32_t i = 12 * year + month - 1 - l->g->first_month;
	must(i >= 0 && (unsigned)i < l->g->months);
	return l->out->apart[i] ? &l->out->month[i] : &l->out->table[TABLE_event];
}

void event_put(struct life *l, struct event *e, bool stands)
{
	struct rows *rows = month_of(l, e->at);
	struct buf out = {.arena = l->arena};
	int64_t at_us = e->at * second_us + e->later;

	say_reason(l, e, at_us);
	if (stands)
		say_standing(l, e);
	say_words(l, e);
	canonical_object(&out, e->data, e->ndata);
	struct digest digest = hash(l, e, at_us, buf_str(&out));

	rows_begin(rows, 14);
	rows_uuid(rows, &e->id);
	rows_at(rows, at_us);
	rows_uuid(rows, &l->id);
	rows_bytes(rows, e->type);
	rows_bytes(rows, str_of(e->actor_kind));
	if (e->actor)
		rows_uuid(rows, e->actor);
	else
		rows_null(rows);
	rows_int8(rows, e->department);
	rows_bytes(rows, e->from_state);
	rows_bytes(rows, e->to_state);
	rows_bytes(rows, e->public_vi);
	rows_bytes(rows, e->public_en);
	rows_json(rows, buf_str(&out));
	rows_bytes(rows, digest_bytes(&digest));
	rows_int8(rows, (int64_t)l->g->xid);
	l->out->events++;
	if (stands)
		l->updated = e->at;
}
