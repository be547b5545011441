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

/* Statements lie side by side: the size of one parts them. */
bool prepared_add(struct prepared *p, const struct db_statement *statement)
{
	unsigned place = (unsigned)((uintptr_t)statement / sizeof(*statement)) & p->mask;

	for (unsigned looked = 0; p->at[place]; looked++) {
		must(looked <= p->mask);
		if (p->at[place] == statement)
			return false;
		place = (place + 1) & p->mask;
	}
	p->at[place] = statement;
	return true;
}
