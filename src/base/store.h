#ifndef TIEPDAN_BASE_STORE_H
#define TIEPDAN_BASE_STORE_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/uuid.h"

/* Files by their content. A file is ab/cd/<SHA-256 in hex>, written once and never changed; equal content is
 * one file. What is on its way in, or is being made, lies in incoming/ under names made of an id; no name
 * comes from outside. Each step of a path is opened by itself and is no link. All return 0 or negative errno
 * unless said otherwise; all but the sweeping block only as long as the disk does, and store_sync() and
 * store_keep() may block for long: they belong into base/work.h.
 *
 * A crash leaves at most files that no row knows: store_sweep_*() finds them. */
struct store;

enum store_part {
	STORE_RAW,   /* as it came                    */
	STORE_CLEAN, /* made from it: what is kept    */
	STORE_SMALL, /* made from it: the thumbnail   */
	STORE_PARTS
};

/* Makes the folder and incoming/ when they are missing. NULL and a reason when it cannot be used. Lives as
 * long as the arena. */
struct store *store_open(struct arena *arena, const char *folder, struct str *ret_reason);

/* A new file of incoming/, open for reading and writing, locked. The descriptor, or -EEXIST ... */
int store_create(const struct store *s, const struct uuid *id, enum store_part part);
/* The same file again, locked: -EWOULDBLOCK when another process has it. */
int store_reopen(const struct store *s, const struct uuid *id, enum store_part part);
/* Only for reading, without a lock. */
int store_read(const struct store *s, const struct uuid *id, enum store_part part);
/* Appends all of it: -ENOSPC, -EDQUOT or -EFBIG when there is no room; then a part may have been written. */
int store_write(int fd, struct str bytes);
int64_t store_size(int fd);
/* How long a file of incoming/ is, and when it was written to last (milliseconds since 1970). */
int store_look(const struct store *s, const struct uuid *id, enum store_part part, int64_t *ret_size,
	int64_t *ret_moved_ms);
void store_drop(const struct store *s, const struct uuid *id, enum store_part part);

/* After success a file of incoming/ and its name are on the disk. */
int store_sync(const struct store *s, int fd);
/* Moves a file of incoming/ to the place of its content. After success it is on the disk. */
int store_keep(const struct store *s, const struct uuid *id, enum store_part part, struct digest *ret_hash);
/* Opens what was kept, for reading. The descriptor or -ENOENT ... */
int store_get(const struct store *s, const struct digest *hash);

/* What lies in incoming/, or is kept, and was not touched since `before_s` (seconds since 1970): at most
 * `max` or `n` of them, whose ids or hashes are given. Which of more these are is left to chance: in the
 * course of time each is among them, however many others stay. Of what is kept only some hundred folders are
 * looked into at once, of those that there are. The number of them. */
int store_sweep_incoming(const struct store *s, int64_t before_s, struct uuid *ret_ids, int max);
int store_sweep_kept(const struct store *s, int64_t before_s, struct digest *ret, int n);
/* Removes a kept file, unless it was touched since: somebody keeps the same content just now. */
int store_remove(const struct store *s, const struct digest *hash, int64_t before_s);

#endif
