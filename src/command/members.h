#ifndef TIEPDAN_COMMAND_MEMBERS_H
#define TIEPDAN_COMMAND_MEMBERS_H

#include <stdbool.h>

#include "base/str.h"

/* JSON as PostgreSQL writes jsonb, looked at where it lies: no memory, no copies, each byte once. Values are
 * what is written; text that is no JSON ends early. */

/* The name of the next member of an object, of which `*rest` is first all from the brace on, without
 * quotation marks and with its escapes. Its value is to be taken next; false: the object has ended, and is
 * taken. */
bool member_name(struct str *rest, struct str *ret_name);
/* The value that `*rest` begins with. */
bool member_value(struct str *rest, struct str *ret_value);
/* The next element of an array, from the bracket on; false: it has ended, and is taken. */
bool element_next(struct str *rest, struct str *ret_value);
/* A value as ->> gives it, with its escapes: a string without quotation marks, null as absent. */
struct str member_plain(struct str value);

#endif
