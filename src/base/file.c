/* Reads and writes whole files. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/fail.h"

enum {
	FIRST_SIZE = 4096
};

/* A text in the making, with room for `cap` bytes and a zero byte. */
struct text {
	char *at;
	size_t len, cap;
};

static int make_room(struct arena *arena, struct text *text, size_t cap)
{
	char *at = arena_try(arena, cap + 1);

	if (!at)
		return -ENOMEM;
	if (text->len > 0)
		memcpy(at, text->at, text->len);
	text->at = at;
	text->cap = cap;
	return 0;
}

/* What a plain file says about its size saves growing; one byte more, to meet the end. */
static size_t first_size(int fd, size_t max)
{
	struct stat status;

	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
		return (size_t)status.st_size < max ? (size_t)status.st_size + 1 : max + 1;
	return FIRST_SIZE < max ? FIRST_SIZE : max + 1;
}

static int read_all(struct arena *arena, int fd, size_t max, struct text *text)
{
	int error = make_room(arena, text, first_size(fd, max));

	while (error == 0) {
		ssize_t got =
			fail_now(FAIL_READ) ? -1 : read(fd, text->at + text->len, text->cap - text->len);

		if (got == 0)
			return 0;
		if (got < 0 && errno != EINTR)
			return -errno;
		text->len += got > 0 ? (size_t)got : 0;
		if (text->len > max)
			return -EFBIG;
		if (text->len == text->cap)
			error = make_room(arena, text, text->cap < max / 2 ? text->cap * 2 : max + 1);
	}
	return error;
}

int file_read(struct arena *arena, const char *path, size_t max, struct str *ret_text)
{
	int fd = fail_now(FAIL_OPEN) ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct text text = {0};
	int error;

	if (fd < 0)
		return -errno;
	error = read_all(arena, fd, max, &text);
	close(fd);
	if (error == 0)
		*ret_text = (struct str){text.at, text.len};
	return error;
}

static int write_all(int fd, struct str text)
{
	while (text.len > 0) {
		ssize_t put = fail_now(FAIL_WRITE) ? -1 : write(fd, text.at, text.len);

		if (put < 0 && errno != EINTR)
			return -errno;
		text.at += put > 0 ? put : 0;
		text.len -= put > 0 ? (size_t)put : 0;
	}
	return 0;
}

int file_write(struct arena *arena, const char *path, struct str text)
{
	const char *fresh = arena_printf(arena, "%s.new", path).at;
	int fd = fail_now(FAIL_OPEN) ? -1 : open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int error;

	if (fd < 0)
		return -errno;
	error = write_all(fd, text);
	if (close(fd) < 0 && error == 0)
		error = -errno;
	if (error == 0 && (fail_now(FAIL_RENAME) || rename(fresh, path) < 0))
		error = -errno;
	if (error < 0)
		unlink(fresh);
	return error;
}
