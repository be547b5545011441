/* The count of what was committed, shared by the processes of one server. */
#include "base/epoch.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

#define HAND_OVER "TIEPDAN_EPOCH"

struct epoch {
	_Atomic uint64_t n;
	int fd; /* of this memory, the same number in all images of the supervisor */
};

/* The memory of the image before; -1: there was none. */
static int inherited(void)
{
	const char *text = getenv(HAND_OVER);
	struct stat st;
	int64_t fd;

	if (!text || str_to_i64(str_of(text), &fd) < 0 || fstat((int)fd, &st) < 0 ||
		st.st_size != sizeof(struct epoch))
		return -1;
	unsetenv(HAND_OVER);
	fcntl((int)fd, F_SETFD, FD_CLOEXEC);
	return (int)fd;
}

static int made(void)
{
	int fd = memfd_create("tiepdan-epoch", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, sizeof(struct epoch)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

struct epoch *epoch_new(void)
{
	int fd = inherited();

	if (fd < 0)
		fd = made();
	if (fd < 0)
		return NULL;
	struct epoch *epoch = mmap(NULL, sizeof(*epoch), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (epoch == MAP_FAILED) {
		close(fd);
		return NULL;
	}
	epoch->fd = fd;
	return epoch;
}

void epoch_hand_over(const struct epoch *epoch)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", epoch->fd);
	fcntl(epoch->fd, F_SETFD, 0);
	setenv(HAND_OVER, text, 1);
}

uint64_t epoch_now(const struct epoch *epoch)
{
	return atomic_load(&epoch->n);
}

void epoch_move(struct epoch *epoch)
{
	if (epoch)
		atomic_fetch_add(&epoch->n, 1);
}
