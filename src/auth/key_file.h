#ifndef TIEPDAN_AUTH_KEY_FILE_H
#define TIEPDAN_AUTH_KEY_FILE_H

#include <sys/types.h>

#include "base/arena.h"

/* Files with secrets: read only when nobody else can, written so that they are whole or not there at all. */

enum {
	KEY_FILE_MAX = 4096
};

/* Opens a folder that belongs to us (or root) and is closed to everybody else. The descriptor, or a negative
 * errno; -EPERM for loose modes or somebody else's folder. A symbolic link as the last part of the path is
 * -ENOTDIR. */
int key_file_open_folder(const char *path);
/* Reads a plain file of the folder with the same demands (-ELOOP: a symbolic link; -EINVAL: not a plain file;
 * -EFBIG: more than KEY_FILE_MAX bytes). Returns 0 or a negative errno. */
int key_file_read(struct arena *arena, int folder, const char *name, struct str *ret_text);
/* Writes a new file: temporary name, fsync, rename that never replaces (-EEXIST), fsync of the folder.
 * Returns 0 or a negative errno; after an error there is no file of this name that was not there before. */
int key_file_write(int folder, const char *name, struct str text);
/* The same for a file that may be there, with the owner of the folder: it is as it was, or new. */
int key_file_replace(int folder, const char *name, struct str text);
/* A sentence for a negative errno of the above. */
const char *key_file_fault(int error);

#endif
