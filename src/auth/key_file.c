/* Reading and writing of files with secrets. */
#include "auth/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/rand.h"

enum {
	OTHERS = S_IRWXG | S_IRWXO
};

static int open_at(int folder, const char *name, int flags)
{
	int fd = fail_now(FAIL_OPEN)
			 ? -1
			 : openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);

	return fd < 0 ? -errno : fd;
}

/* What was opened is what is checked: nobody can exchange it in between. */
static int check_private(int fd, mode_t type)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if ((st.st_mode & S_IFMT) != type)
		return -EINVAL;
	if ((st.st_mode & OTHERS) != 0 || (st.st_uid != geteuid() && st.st_uid != 0))
		return -EPERM;
	return 0;
}

static int open_private(int folder, const char *name, int flags, mode_t type)
{
	int fd = open_at(folder, name, flags);
	int error = fd < 0 ? fd : check_private(fd, type);

	if (error < 0 && fd >= 0)
		close(fd);
	return error < 0 ? error : fd;
}

int key_file_open_folder(const char *path)
{
	return open_private(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, S_IFDIR);
}

static int read_all(int fd, char *at, size_t size, size_t *ret_len)
{
	*ret_len = 0;
	while (*ret_len < size) {
		ssize_t n = fail_now(FAIL_READ) ? -1 : read(fd, at + *ret_len, size - *ret_len);

		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		*ret_len += n > 0 ? (size_t)n : 0;
	}
	return -EFBIG;
}

int key_file_read(struct arena *arena, int folder, const char *name, struct str *ret_text)
{
	char *at = arena_alloc(arena, KEY_FILE_MAX + 1);
	int fd = open_private(folder, name, O_RDONLY | O_NONBLOCK, S_IFREG);
	size_t len;
	int error;

	if (fd < 0)
		return fd;
	error = read_all(fd, at, KEY_FILE_MAX + 1, &len);
	close(fd);
	if (error == 0)
		*ret_text = (struct str){at, len};
	return error;
}

static int write_all(int fd, struct str text)
{
	while (text.len > 0) {
		ssize_t n = fail_now(FAIL_WRITE) ? -1 : write(fd, text.at, text.len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			text = (struct str){text.at + n, text.len - (size_t)n};
	}
	return 0;
}

/* What root writes is read by whom the folder belongs to. */
static int give_away(int folder, const char *name)
{
	struct stat st;

	if (fstat(folder, &st) < 0)
		return -errno;
	return st.st_uid != geteuid() && fchownat(folder, name, st.st_uid, st.st_gid, 0) < 0 ? -errno : 0;
}

static int sync_to_disk(int fd)
{
	return fail_now(FAIL_FSYNC) || fsync(fd) < 0 ? -errno : 0;
}

static int write_temporary(int folder, const char *name, struct str text)
{
	int fd = open_at(folder, name, O_WRONLY | O_CREAT | O_EXCL);
	int error;

	if (fd < 0)
		return fd;
	error = write_all(fd, text);
	if (error == 0)
		error = sync_to_disk(fd);
	if (close(fd) < 0 && error == 0)
		error = -errno;
	return error;
}

static int rename_to(int folder, const char *from, const char *to, unsigned flags)
{
	return fail_now(FAIL_RENAME) || renameat2(folder, from, folder, to, flags) < 0 ? -errno : 0;
}

/* By a temporary file. */
static int put(int folder, const char *name, struct str text, unsigned flags)
{
	unsigned long long random;
	char temporary[32];
	int error;

	rand_bytes(&random, sizeof(random));
	(void)snprintf(temporary, sizeof(temporary), ".new-%016llx", random);
	error = write_temporary(folder, temporary, text);
	if (error == 0 && flags == 0)
		error = give_away(folder, temporary);
	if (error == 0)
		error = rename_to(folder, temporary, name, flags);
	if (error < 0)
		(void)unlinkat(folder, temporary, 0);
	return error;
}

int key_file_write(int folder, const char *name, struct str text)
{
	int error = put(folder, name, text, RENAME_NOREPLACE);

	if (error < 0)
		return error;
	error = sync_to_disk(folder);
	if (error < 0)
		(void)unlinkat(folder, name, 0);
	return error;
}

int key_file_replace(int folder, const char *name, struct str text)
{
	int error = put(folder, name, text, 0);

	return error < 0 ? error : sync_to_disk(folder);
}

const char *key_file_fault(int error)
{
	switch (-error) {
	case ENOENT:
		return "is missing";
	case ENOTDIR:
		return "is not a folder";
	case ELOOP:
		return "is a symbolic link";
	case EINVAL:
		return "is not a plain file";
	case EBADMSG:
		return "does not hold what was written there";
	case EROFS:
		return "is on a disk that is read only";
	case EFBIG:
		return "is too long";
	case EPERM:
		return "can be read by others, or belongs to somebody else (folder 0700, files 0600)";
	case EACCES:
		return "may not be read or written by this user";
	case EEXIST:
		return "was made by somebody else in the meantime";
	default:
		return "could not be read or written";
	}
}
