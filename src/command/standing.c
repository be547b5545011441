/* What is said of tickets. */
#include "command/standing.h"

#include <string.h>

#include "command/members.h"

/* Named by ticket_stands() of migrations/0108_trust.sql and ticket_filed_as() of 0079_record_complete.sql. */
static const struct str names[STANDING_FIELDS] = {
	[STANDING_VERSION] = STR("version"),
	[STANDING_STATE] = STR("state"),
	[STANDING_HOLDER] = STR("holder"),
	[STANDING_PERSON] = STR("person"),
	[STANDING_POLICY] = STR("policy"),
	[STANDING_RETURNS] = STR("returns"),
	[STANDING_KIND] = STR("kind"),
	[STANDING_CATEGORY] = STR("category"),
	[STANDING_AREA] = STR("area"),
	[STANDING_LEVEL] = STR("level"),
	[STANDING_VISIBILITY] = STR("visibility"),
	[STANDING_SIGHT] = STR("sight"),
	[STANDING_OUTCOME] = STR("outcome"),
	[STANDING_RESTRICTED] = STR("restricted"),
	[STANDING_ANSWERED] = STR("answered_us"),
	[STANDING_CODE] = STR("code"),
	[STANDING_NUMBER] = STR("number"),
	[STANDING_LANGUAGE] = STR("language"),
	[STANDING_CHANNEL] = STR("channel"),
	[STANDING_ANONYMOUS] = STR("anonymous"),
	[STANDING_FILED] = STR("filed_us"),
	[STANDING_CONTENT] = STR("content"),
};

/* STANDING_FIELDS: none of them. */
static enum standing_field find(struct str name)
{
	enum standing_field i = 0;

	while (i < STANDING_FIELDS &&
		(names[i].len != name.len || memcmp(names[i].at, name.at, name.len) != 0))
		i++;
	return i;
}

void standing_read(struct str *rest, struct standing *ret)
{
	struct str name, value;

	*ret = (struct standing){0};
	while (member_name(rest, &name) && member_value(rest, &value)) {
		enum standing_field i = find(name);

		if (i < STANDING_FIELDS)
			ret->field[i] = member_plain(value);
	}
}

/* Separators are control characters, which JSON escapes: what an event says has as many as there are
 * fields, and nothing else is hashed as it is. */
static uint64_t hash(const struct facts *facts, struct buf *scratch, const struct str *field, size_t n)
{
	scratch->len = 0;
	for (size_t i = 0; i < n; i++) {
		buf_put(scratch, field[i].at ? field[i] : STR("\x1e"));
		buf_byte(scratch, '\x1f');
	}
	return facts_hash(facts, buf_str(scratch));
}

uint64_t standing_hash(const struct facts *facts, struct buf *scratch, const struct standing *s)
{
	return hash(facts, scratch, s->field, STANDING_ANSWERED + 1);
}

uint64_t standing_hash_began(const struct facts *facts, struct buf *scratch, const struct standing *s)
{
	return hash(facts, scratch, s->field + STANDING_CODE, STANDING_FILED - STANDING_CODE + 1);
}
