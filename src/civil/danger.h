#ifndef TIEPDAN_CIVIL_DANGER_H
#define TIEPDAN_CIVIL_DANGER_H

#include "civil/city.h"

/* Danger to life, as the word lists of triage see it: the numbers to call come before everything else that
 * is answered. */

/* What is told to who files on this day: the JSON object of city->danger_texts, when the citizen speaks of an
 * emergency or the weights of the phrases in the folded text come to its threshold. Absent: there is no sign
 * of danger, or nothing to be told. */
struct str danger_told(
	const struct city *city, struct arena *arena, struct str folded, bool chosen, int32_t day);
/* Whether there is something to be told of what is filed at `at` (seconds); the arena is for the search
 * alone. */
bool danger_found(
	const struct city *city, struct arena *arena, struct str kind, struct str folded, int64_t at);

#endif
