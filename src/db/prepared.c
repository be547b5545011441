/* A set of addresses: open addressing, half of it free. */
#include "db/prepared.h"

#include <string.h>

#include "base/must.h"

void prepared_init(struct prepared *p, struct arena *arena, unsigned most)
{
	unsigned places = 4;

	while (places < 2 * most)
		places *= 2;
	p->at = arena_alloc(arena, places * sizeof(*p->at));
	p->mask = places - 1;
	prepared_clear(p);
}

void prepared_clear(struct prepared *p)
{
	memset(p->at, 0, (p->mask + (size_t)1) * sizeof(*p->at));
}

/* Stands where one was removed, so that those behind it are found. */
static const struct db_statement removed;

/* Where it is, or where it can be put. Statements lie side by side: the size of one parts them. */
static const struct db_statement **place_of(const struct prepared *p, const struct db_statement *statement)
{
	unsigned place = (unsigned)((uintptr_t)statement / sizeof(*statement)) & p->mask;
	const struct db_statement **free_place = NULL;

	for (unsigned looked = 0; looked <= p->mask; looked++) {
		const struct db_statement **at = &p->at[(place + looked) & p->mask];
		if (*at == statement)
			return at;
		if (!free_place && (!*at || *at == &removed))
			free_place = at;
		if (!*at)
			break;
	}
	must(free_place);
	return free_place;
}

bool prepared_add(struct prepared *p, const struct db_statement *statement)
{
	const struct db_statement **at = place_of(p, statement);
	bool new = *at != statement;

	*at = statement;
	return new;
}

void prepared_remove(struct prepared *p, const struct db_statement *statement)
{
	const struct db_statement **at = place_of(p, statement);

	must(*at == statement);
	*at = &removed;
}
