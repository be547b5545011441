#ifndef TIEPDAN_CIVIL_CITY_COPY_H
#define TIEPDAN_CIVIL_CITY_COPY_H

#include "civil/city.h"

/* A city with its memory, which lives until the last one who reads it lets go: the process itself, until
 * another city takes its place, and work beside the event loop. Held and let go of in the loop alone. */
struct city_copy {
	const struct city *city;
	struct arena *arena; /* the copy lies in it, too */
	unsigned users;
};

struct city_copy *city_copy_new(struct arena *arena, const struct city *city); /* with one user */
struct city_copy *city_copy_hold(struct city_copy *copy);
void city_copy_release(struct city_copy *copy); /* accepts NULL */

#endif
