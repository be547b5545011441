#ifndef TIEPDAN_CIVIL_ZONE_H
#define TIEPDAN_CIVIL_ZONE_H

#include "civil/calendar.h"

/* Time zones of the IANA database as the offset tables that calendars are compiled with. Reading the one file
 * of a zone is the only I/O of this layer. Only changes of the offset are kept; the table begins with the
 * zone's earliest offset, valid from INT64_MIN. Beyond the stored changes the rule in the file's footer is
 * followed to the end of `last_year` (1 .. 9998); later changes are left out. */

/* The zone `name`, for example Asia/Ho_Chi_Minh, from the system's database under /usr/share/zoneinfo. Names
 * are parts of letters, digits, _ + - that begin with a letter, joined by single slashes, at most 64 bytes.
 * 0; -ENOENT when there is no such zone or its file cannot be read; -EINVAL when the file is damaged. */
int zone_load(struct arena *arena, struct str name, int last_year, const struct zone_offset **ret_offsets,
	unsigned *ret_n);

/* The same from the bytes of a TZif file (RFC 8536) of version 2 or later. 0, or -EINVAL: damaged, version 1,
 * or counting leap seconds, which POSIX time and therefore this server does not. */
int zone_parse(struct arena *arena, struct str tzif, int last_year, const struct zone_offset **ret_offsets,
	unsigned *ret_n);

#endif
