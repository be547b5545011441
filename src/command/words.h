#ifndef TIEPDAN_COMMAND_WORDS_H
#define TIEPDAN_COMMAND_WORDS_H

#include <stdbool.h>

#include "base/arena.h"

/* Looks at the variables in the columns subject, text and html of a CSV of the kind `templates`, before the
 * database does, which only knows that something is wrong: prints each fault with the line of its row and
 * what stands there. `name` is that of the file. False when there is a fault; broken CSV is left to
 * others. */
bool words_check(struct arena *arena, const char *name, struct str csv);

#endif
