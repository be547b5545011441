/* Unpredictable bytes from the kernel, in blocks. */
#include "base/rand.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include "base/log.h"
#include "base/must.h"

enum {
	BLOCK = 2048, /* of some sixty requests */
	OWN = 128     /* what is longer is asked for by itself */
};

static atomic_uint forks; /* how often this process's line was forked */
static pthread_once_t watch_forks_once = PTHREAD_ONCE_INIT;

static _Thread_local struct {
	unsigned forks;
	size_t left;
	unsigned char bytes[BLOCK];
} buffer;

static void note_fork(void)
{
	atomic_fetch_add_explicit(&forks, 1, memory_order_relaxed);
}

static void watch_forks(void)
{
	must(pthread_atfork(NULL, NULL, note_fork) == 0);
}

static void from_kernel(unsigned char *at, size_t size)
{
	while (size) {
		ssize_t got = getrandom(at, size, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			log_error("no random bytes", LOG_INT("errno", errno));
			abort();
		}
		at += got;
		size -= (size_t)got;
	}
}

void rand_bytes(void *ret_bytes, size_t size)
{
	unsigned now = atomic_load_explicit(&forks, memory_order_relaxed);
	unsigned char *from;

	if (size > OWN) {
		from_kernel(ret_bytes, size);
		return;
	}
	if (buffer.left < size || buffer.forks != now) {
		pthread_once(&watch_forks_once, watch_forks);
		from_kernel(buffer.bytes, BLOCK);
		buffer.left = BLOCK;
		buffer.forks = now;
	}
	buffer.left -= size;
	from = buffer.bytes + buffer.left;
	memcpy(ret_bytes, from, size);
	/* What was handed out is not to be found in a core dump. */
	explicit_bzero(from, size);
}
