/* The last root of the record in a file. */
#include "auth/record_place.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "auth/key_file.h"

static const char name[] = "record.place";

static int open_folder(const struct config *config)
{
	const char *path = config->record_dir[0] != '\0' ? config->record_dir : config->key_dir;

	return path[0] != '\0' ? key_file_open_folder(path) : -ENOENT;
}

static int parse(struct arena *arena, struct str text, struct record_place *ret)
{
	struct str rest = str_trim(text, "\n"), number, chain;

	if (!str_next(&rest, ' ', &number) || str_to_i64(number, &ret->number) < 0 || ret->number < 1)
		return -EBADMSG;
	chain = digest_hex_decode(arena, rest);
	if (chain.len != DIGEST_SIZE)
		return -EBADMSG;
	memcpy(ret->chain.byte, chain.at, DIGEST_SIZE);
	return 0;
}

int record_place_read(struct arena *arena, const struct config *config, struct record_place *ret)
{
	int folder = open_folder(config), error;
	struct str text = STR_NONE;

	*ret = (struct record_place){.number = 0};
	if (folder < 0)
		return folder;
	error = key_file_read(arena, folder, name, &text);
	close(folder);
	if (error == -ENOENT)
		return 0;
	return error < 0 ? error : parse(arena, text, ret);
}

int record_place_write(struct arena *arena, const struct config *config, const struct record_place *place)
{
	int folder = open_folder(config), error;

	if (folder < 0)
		return folder;
	error = key_file_replace(folder, name,
		arena_printf(arena, "%" PRId64 " %.*s\n", place->number,
			STR_ARG(digest_hex(arena, digest_bytes(&place->chain)))));
	close(folder);
	return error;
}

int record_place_forget(const struct config *config)
{
	int folder = open_folder(config), error = 0;

	if (folder < 0)
		return folder;
	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		error = -errno;
	close(folder);
	return error;
}

int record_place_try(const struct config *config)
{
	int folder = open_folder(config), error = 0;

	if (folder < 0)
		return folder;
	if (faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) < 0)
		error = -errno;
	close(folder);
	return error;
}
