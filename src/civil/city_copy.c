/* A city that several read, until the last one has done so. */
#include "civil/city_copy.h"

#include "base/must.h"

struct city_copy *city_copy_new(struct arena *arena, const struct city *city)
{
	struct city_copy *copy = arena_alloc(arena, sizeof(*copy));

	*copy = (struct city_copy){.city = city, .arena = arena, .users = 1};
	return copy;
}

struct city_copy *city_copy_hold(struct city_copy *copy)
{
	copy->users++;
	return copy;
}

void city_copy_release(struct city_copy *copy)
{
	if (!copy)
		return;
	must(copy->users > 0);
	if (--copy->users == 0)
		arena_free(copy->arena);
}
