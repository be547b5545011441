/* The store of files: incoming, kept, swept. */
#include "base/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/rand.h"

enum {
	HEX_SIZE = 2 * DIGEST_SIZE + 1,
	FAN = 256,	     /* folders in a folder */
	SWEEP_FOLDERS = 512, /* looked into at once */
	NAME_SIZE = UUID_TEXT_SIZE + 8
};

struct store {
	int folder, incoming;
};

static const char *const suffix[STORE_PARTS] = {
	[STORE_RAW] = "", [STORE_CLEAN] = ".clean", [STORE_SMALL] = ".small"};

static int open_at(int folder, const char *name, int flags)
{
	int fd = fail_now(FAIL_OPEN) ? -1 : openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

/* After it a name that was made or changed in the folder is on the disk. */
static int sync_fd(int fd)
{
	return fail_now(FAIL_FSYNC) || fsync(fd) < 0 ? -errno : 0;
}

/* Opens a folder, which is made when it is missing. */
static int enter(int parent, const char *name)
{
	int fd = open_at(parent, name, O_RDONLY | O_DIRECTORY);

	if (fd != -ENOENT)
		return fd;
	if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
		return -errno;
	int error = sync_fd(parent);
	return error < 0 ? error : open_at(parent, name, O_RDONLY | O_DIRECTORY);
}

static void close_folders(struct store *s)
{
	if (s->folder >= 0)
		close(s->folder);
	if (s->incoming >= 0)
		close(s->incoming);
}

struct store *store_open(struct arena *arena, const char *folder, struct str *ret_reason)
{
	struct store *s = arena_alloc(arena, sizeof(*s));

	*s = (struct store){-1, -1};
	arena_defer(arena, close_folders, s);
	if (mkdir(folder, 0700) < 0 && errno != EEXIST) {
		*ret_reason = arena_printf(arena, "cannot make %s: %s", folder, strerror(errno));
		return NULL;
	}
	/* The folder itself may be reached through a link: its name is a setting. */
	s->folder = fail_now(FAIL_OPEN) ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	s->incoming = s->folder >= 0 ? enter(s->folder, "incoming") : -errno;
	if (s->incoming >= 0 && faccessat(s->folder, "incoming", W_OK | X_OK, 0) == 0)
		return s;
	*ret_reason = arena_printf(arena, "cannot use %s", folder);
	return NULL;
}

static void name_of(const struct uuid *id, enum store_part part, char ret[NAME_SIZE])
{
	char text[UUID_TEXT_SIZE];

	uuid_format(id, text);
	snprintf(ret, NAME_SIZE, "%s%s", text, suffix[part]);
}

/* One writer at a time; the kernel lets go when it dies. */
static int locked(int fd)
{
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	int error = -errno;
	close(fd);
	return error;
}

int store_create(const struct store *s, const struct uuid *id, enum store_part part)
{
	char name[NAME_SIZE];

	name_of(id, part, name);
	return locked(open_at(s->incoming, name, O_RDWR | O_CREAT | O_EXCL));
}

int store_reopen(const struct store *s, const struct uuid *id, enum store_part part)
{
	char name[NAME_SIZE];

	name_of(id, part, name);
	return locked(open_at(s->incoming, name, O_RDWR));
}

int store_read(const struct store *s, const struct uuid *id, enum store_part part)
{
	char name[NAME_SIZE];

	name_of(id, part, name);
	return open_at(s->incoming, name, O_RDONLY);
}

int64_t store_size(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? -errno : st.st_size;
}

int store_look(const struct store *s, const struct uuid *id, enum store_part part, int64_t *ret_size,
	int64_t *ret_moved_ms)
{
	char name[NAME_SIZE];
	struct stat st;

	name_of(id, part, name);
	if (fstatat(s->incoming, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	*ret_size = st.st_size;
	*ret_moved_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	return 0;
}

int store_write(int fd, struct str bytes)
{
	off_t at = lseek(fd, 0, SEEK_END);

	while (at >= 0 && bytes.len > 0) {
		ssize_t n = fail_now(FAIL_WRITE) ? -1 : pwrite(fd, bytes.at, bytes.len, at);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n <= 0)
			continue;
		at += n;
		bytes.at += n;
		bytes.len -= (size_t)n;
	}
	return at < 0 ? -errno : 0;
}

void store_drop(const struct store *s, const struct uuid *id, enum store_part part)
{
	char name[NAME_SIZE];

	name_of(id, part, name);
	unlinkat(s->incoming, name, 0);
}

int store_sync(const struct store *s, int fd)
{
	int error = sync_fd(fd);

	return error < 0 ? error : sync_fd(s->incoming);
}

/* --- what is kept --------------------------------------------------------------------------------------- */

static void hex_of(const struct digest *hash, char ret[HEX_SIZE])
{
	for (unsigned i = 0; i < DIGEST_SIZE; i++)
		snprintf(ret + 2 * (size_t)i, 3, "%02x", hash->byte[i]);
}

/* The folder ab/cd of a file; made when it is missing. */
static int enter_place(const struct store *s, const char *hex)
{
	const char outer[] = {hex[0], hex[1], 0}, inner[] = {hex[2], hex[3], 0};
	int first = enter(s->folder, outer);

	if (first < 0)
		return first;
	int second = enter(first, inner);
	close(first);
	return second;
}

static int open_place(const struct store *s, const char *hex)
{
	const char outer[] = {hex[0], hex[1], 0}, inner[] = {hex[2], hex[3], 0};
	int first = open_at(s->folder, outer, O_RDONLY | O_DIRECTORY);

	if (first < 0)
		return first;
	int second = open_at(first, inner, O_RDONLY | O_DIRECTORY);
	close(first);
	return second;
}

/* The name changes only when the bytes are safe; a file of this content that is there already is replaced. */
static int rename_to_place(const struct store *s, const char *name, const char *hex)
{
	int place = enter_place(s, hex), error;

	if (place < 0)
		return place;
	error = fail_now(FAIL_RENAME) || renameat(s->incoming, name, place, hex) < 0 ? -errno : 0;
	if (error == 0)
		error = sync_fd(place);
	close(place);
	return error;
}

int store_keep(const struct store *s, const struct uuid *id, enum store_part part, struct digest *ret_hash)
{
	char name[NAME_SIZE], hex[HEX_SIZE];
	int fd, error;

	name_of(id, part, name);
	fd = open_at(s->incoming, name, O_RDWR);
	if (fd < 0)
		return fd;
	error = digest_file(fd, ret_hash);
	if (error == 0)
		error = sync_fd(fd);
	/* The time that sweeping goes by. */
	if (error == 0 && futimens(fd, NULL) < 0)
		error = -errno;
	close(fd);
	if (error < 0)
		return error;
	hex_of(ret_hash, hex);
	return rename_to_place(s, name, hex);
}

int store_get(const struct store *s, const struct digest *hash)
{
	char hex[HEX_SIZE];
	int place, fd;

	hex_of(hash, hex);
	place = open_place(s, hex);
	if (place < 0)
		return place;
	fd = open_at(place, hex, O_RDONLY);
	close(place);
	return fd;
}

/* --- sweeping ------------------------------------------------------------------------------------------- */

/* Calls `found` with each old file of a folder until it has enough. Takes over the descriptor. */
static void each_old(int folder, int64_t before_s, bool (*found)(const char *name, void *into), void *into)
{
	DIR *dir = folder >= 0 ? fdopendir(folder) : NULL;
	const struct dirent *entry;
	struct stat st;
	bool more = true;

	if (!dir && folder >= 0)
		close(folder);
	while (dir && more && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
			fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISREG(st.st_mode) && st.st_mtime < before_s)
			more = found(entry->d_name, into);
	if (dir)
		closedir(dir);
}

struct found_ids {
	struct uuid *ids;
	int n, max;
	uint64_t seen;
};

/* Each that was seen so far is among the `max` with the same chance. */
static bool note_id(const char *name, void *into)
{
	struct found_ids *f = into;
	struct str text = {name, strnlen(name, UUID_TEXT_SIZE - 1)};
	struct uuid id;
	uint64_t at;

	if (!uuid_parse(text, &id))
		return true;
	rand_bytes(&at, sizeof(at));
	at = f->n < f->max ? (uint64_t)f->n++ : at % (f->seen + 1);
	if (at < (uint64_t)f->max)
		f->ids[at] = id;
	f->seen++;
	return true;
}

int store_sweep_incoming(const struct store *s, int64_t before_s, struct uuid *ret_ids, int max)
{
	struct found_ids found = {.ids = ret_ids, .max = max};

	each_old(open_at(s->folder, "incoming", O_RDONLY | O_DIRECTORY), before_s, note_id, &found);
	return found.n;
}

struct found_hashes {
	struct digest *hashes;
	int n, max;
	int folders; /* that were looked into */
};

static bool note_hash(const char *name, void *into)
{
	struct found_hashes *f = into;
	struct digest *d = &f->hashes[f->n];
	size_t i;

	for (i = 0; i < DIGEST_SIZE && name[2 * i] && name[2 * i + 1]; i++) {
		int high = str_hex_digit(name[2 * i]), low = str_hex_digit(name[2 * i + 1]);
		if (high < 0 || low < 0)
			return true;
		d->byte[i] = (uint8_t)(high * 16 + low);
	}
	f->n += i == DIGEST_SIZE && name[2 * i] == 0;
	return f->n < f->max;
}

/* Which of the folders 00 to ff there are. Takes over the descriptor. */
static void folders_of(int folder, bool ret_there[static FAN])
{
	DIR *dir = folder >= 0 ? fdopendir(folder) : NULL;
	const struct dirent *entry;

	if (!dir && folder >= 0)
		close(folder);
	while (dir && (entry = readdir(dir))) {
		int high = str_hex_digit(entry->d_name[0]);
		int low = high < 0 ? -1 : str_hex_digit(entry->d_name[1]);
		if (low >= 0 && entry->d_name[2] == '\0')
			ret_there[high * 16 + low] = true;
	}
	if (dir)
		closedir(dir);
}

/* Goes through a folder of the first byte: takes it over. */
static void sweep_outer(int outer, int64_t before_s, struct found_hashes *found)
{
	bool there[FAN] = {false};
	uint8_t begin;
	char name[3];

	rand_bytes(&begin, sizeof(begin));
	folders_of(open_at(outer, ".", O_RDONLY | O_DIRECTORY), there);
	for (unsigned i = 0; i < FAN && found->n < found->max && found->folders < SWEEP_FOLDERS; i++) {
		uint8_t second = (uint8_t)(begin + i);
		if (!there[second])
			continue;
		snprintf(name, sizeof(name), "%02x", second);
		each_old(open_at(outer, name, O_RDONLY | O_DIRECTORY), before_s, note_hash, found);
		found->folders++;
	}
	close(outer);
}

int store_sweep_kept(const struct store *s, int64_t before_s, struct digest *ret, int n)
{
	struct found_hashes found = {.hashes = ret, .max = n};
	bool there[FAN] = {false};
	uint8_t begin;
	char name[3];

	rand_bytes(&begin, sizeof(begin));
	folders_of(open_at(s->folder, ".", O_RDONLY | O_DIRECTORY), there);
	for (unsigned i = 0; i < FAN && found.n < n && found.folders < SWEEP_FOLDERS; i++) {
		uint8_t first = (uint8_t)(begin + i);
		snprintf(name, sizeof(name), "%02x", first);
		int outer = there[first] ? open_at(s->folder, name, O_RDONLY | O_DIRECTORY) : -1;
		if (outer >= 0)
			sweep_outer(outer, before_s, &found);
	}
	return found.n;
}

int store_remove(const struct store *s, const struct digest *hash, int64_t before_s)
{
	char hex[HEX_SIZE];
	struct stat st;
	int place, error = 0;

	hex_of(hash, hex);
	place = open_place(s, hex);
	if (place < 0)
		return place;
	if (fstatat(place, hex, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		(st.st_mtime < before_s && unlinkat(place, hex, 0) < 0))
		error = -errno;
	close(place);
	return error;
}
