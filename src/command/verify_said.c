/* What an event says of its ticket and of texts, as facts. */
#include <string.h>

#include "command/members.h"
#include "command/standing.h"
#include "command/verify.h"

/* Of a number; -1 for what is none, which no row has. */
static int64_t number(struct str text)
{
	int64_t n;

	return text.at && str_to_i64(text, &n) == 0 ? n : -1;
}

/* How a ticket stands that was filed, and nothing else has happened. */
static void stand_filed(const struct said *e, struct standing *s)
{
	s->field[STANDING_VERSION] = STR("1");
	s->field[STANDING_STATE] = e->to_state;
	s->field[STANDING_HOLDER] = e->department;
	s->field[STANDING_RETURNS] = STR("0");
}

/* `ticket.filed` says it at the top, `ticket.recorded` apart. */
static void say_began(struct facts *facts, struct buf *scratch, const struct said *e, struct standing *s)
{
	struct fact_key key = facts_key_of(&e->ticket);
	char filed[VERIFY_DIGITS];

	if (str_eq(e->type, STR("ticket.filed")))
		s->field[STANDING_FILED] = verify_digits(filed, e->at_us);
	facts_put(facts, FACT_SAID_BEGAN, key, 0, standing_hash_began(facts, scratch, s));
	stand_filed(e, s);
	facts_put(facts, FACT_SAID_FILED, key, 1, standing_hash(facts, scratch, s));
}

/* Events of before 0079 do not say what a ticket began with. */
static void say_filed(struct facts *facts, struct buf *scratch, const struct said *e, struct standing *s)
{
	struct standing top;
	struct str rest = e->data, content;

	standing_read(&rest, &top);
	content = top.field[STANDING_CONTENT];
	facts_put(facts, FACT_SAID_CONTENT, facts_key_of(&e->ticket), e->at_us,
		content.at ? facts_hash(facts, content) : 0);
	if (top.field[STANDING_CODE].at)
		say_began(facts, scratch, e, s ? s : &top);
}

/* An array of [of, key, version, commitment]. Those of rows that stay are facts of their own. */
static void say_words(struct facts *facts, struct buf *scratch, const struct said *e, struct str words)
{
	struct str word, part[4];

	while (element_next(&words, &word)) {
		for (size_t i = 0; i < 4; i++)
			part[i] = element_next(&word, &part[i]) ? member_plain(part[i]) : STR_NONE;
		verify_has(facts, scratch, FACT_SAID_HAS, &e->ticket, (struct verify_text){part[0], part[1]});
		facts_put(facts, verify_is_row(part[0]) ? FACT_SAID_ROW : FACT_SAID_TEXT,
			verify_text_key(facts, scratch, (struct verify_text){part[0], part[1]}),
			number(part[2]), facts_hash(facts, part[3].at ? part[3] : STR("")));
	}
}

/* Words of the event itself, which stand apart from it. */
static void say_apart(struct facts *facts, struct buf *scratch, const struct said *e, struct str apart)
{
	char id[UUID_TEXT_SIZE];
	struct arena *arena = arena_new();
	struct str name, said;

	uuid_format(&e->id, id);
	while (arena && member_name(&apart, &name) && member_value(&apart, &said)) {
		struct str key = arena_printf(arena, "%s/%.*s", id, STR_ARG(name));

		said = member_plain(said);
		facts_put(facts, FACT_SAID_TEXT,
			verify_text_key(facts, scratch, (struct verify_text){STR("event"), key}), 1,
			facts_hash(facts, said.at ? said : STR("")));
	}
	if (!arena)
		arena_fail(scratch->arena);
	arena_free(arena);
}

static void say_stands(struct facts *facts, struct buf *scratch, const struct said *e, struct str *rest)
{
	struct standing s;

	standing_read(rest, &s);
	if (e->has_ticket)
		facts_put(facts, FACT_SAID, facts_key_of(&e->ticket), number(s.field[STANDING_VERSION]),
			standing_hash(facts, scratch, &s));
}

/* Says what the event says by the way; what its ticket began with is left for the end. */
static void say_members(struct facts *facts, struct buf *scratch, const struct said *e,
	struct standing *filed, bool *ret_filed)
{
	struct str rest = e->data, name, value = STR_NONE;
	bool more = true;

	while (more && member_name(&rest, &name)) {
		if (str_eq(name, STR("ticket")) && str_starts(rest, STR("{"))) {
			say_stands(facts, scratch, e, &rest);
		} else if (str_eq(name, STR("filed")) && str_starts(rest, STR("{"))) {
			standing_read(&rest, filed);
			*ret_filed = true;
		} else {
			more = member_value(&rest, &value);
			if (str_eq(name, STR("words")))
				say_words(facts, scratch, e, value);
			else if (str_eq(name, STR("apart")))
				say_apart(facts, scratch, e, value);
		}
	}
}

void verify_said(const struct verify *v, struct buf *scratch, const struct said *e)
{
	bool apart = false;
	struct standing filed = {0};

	say_members(v->facts, scratch, e, &filed, &apart);
	if (e->has_ticket && str_eq(e->type, STR("ticket.filed")))
		say_filed(v->facts, scratch, e, apart ? &filed : NULL);
	else if (e->has_ticket && str_eq(e->type, STR("ticket.recorded")))
		say_began(v->facts, scratch, e, &filed);
	else if (e->has_ticket && str_eq(e->type, STR("ticket.destroyed")))
		facts_put(v->facts, FACT_SAID_DESTROYED, facts_key_of(&e->ticket), e->at_us, 0);
}
