#ifndef TIEPDAN_APP_ROUTING_OFF_H
#define TIEPDAN_APP_ROUTING_OFF_H

#include "civil/rules_program.h"

/* The member "off" of an answer, without a comma: the rules that are switched off at this time, each with its
 * line and the code that has ended. */
struct str off_member(
	struct arena *arena, const struct rules_program *program, const struct city *city, int64_t now_ms);

#endif
