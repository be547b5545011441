/* Memory with one lifetime: chunks that are filled from one end, and the reserve for when the system gives
 * none. */
#include "base/arena.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/log.h"
#include "base/must.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(at, size)   ASAN_POISON_MEMORY_REGION((at), (size))
#define UNPOISON(at, size) ASAN_UNPOISON_MEMORY_REGION((at), (size))
enum {
	GAP = 16, /* poisoned bytes behind each piece           */
	KEEP = 0  /* nothing, so that old pointers are caught */
};
#else
#define POISON(at, size)   ((void)0)
#define UNPOISON(at, size) ((void)0)
enum {
	GAP = 0,
	KEEP = 4 << 20
};
#endif

/* An idle connection has one chunk of the first class; an arena that needs more climbs to the next. */
enum chunk_class {
	CLASS_FIRST,
	CLASS_MIDDLE,
	CLASS_LAST,
	CLASSES,
	CLASS_OWN = CLASSES,
	CLASS_RESERVE
};

static const size_t class_size[CLASSES] = {4 << 10, 16 << 10, 64 << 10};

struct chunk {
	struct chunk *next;
	size_t size;		/* with this head */
	enum chunk_class class; /* CLASS_OWN: for one big piece */
	alignas(max_align_t) char data[];
};

struct deferred {
	struct deferred *next;
	arena_cleanup *fn;
	void *object;
};

struct arena {
	struct chunk *chunks; /* newest first; the last holds this struct */
	char *at, *end;	      /* the free part of the chunk that is being filled */
	struct deferred *deferred;
	size_t used;
	enum chunk_class class; /* of the newest standard chunk */
	bool failed;
};

enum {
	BLOCK = 4 << 10
};

/* Standard chunks that were freed wait here for the next arena of this thread, at most KEEP bytes of each
 * class. */
static _Thread_local struct {
	struct chunk *first;
	size_t bytes;
} spare[CLASSES];

/* Of all threads: an arena is filled beside the loop and freed in it. Held in dire need alone. */
static struct {
	pthread_mutex_t lock;
	char *base;
	bool *taken; /* one per block */
	size_t blocks;
} reserve = {.lock = PTHREAD_MUTEX_INITIALIZER};

void arena_reserve(size_t bytes)
{
	must(!reserve.base);
	reserve.blocks = (bytes + BLOCK - 1) / BLOCK;
	reserve.base = malloc(reserve.blocks * BLOCK + 1);
	reserve.taken = calloc(reserve.blocks + 1, sizeof(*reserve.taken));
	if (!reserve.base || !reserve.taken) {
		log_error("no memory for the reserve", LOG_INT("bytes", (int64_t)bytes));
		exit(EXIT_FAILURE);
	}
	/* Written once, so that the pages are there when they are needed. */
	memset(reserve.base, 0, reserve.blocks * BLOCK);
}

/* NULL when there are not that many blocks side by side. */
static struct chunk *find_blocks(size_t need)
{
	size_t run = 0;

	for (size_t i = 0; i < reserve.blocks; i++) {
		run = reserve.taken[i] ? 0 : run + 1;
		if (run == need) {
			size_t first = i + 1 - need;
			struct chunk *chunk = (struct chunk *)(void *)(reserve.base + first * BLOCK);

			memset(reserve.taken + first, true, need);
			*chunk = (struct chunk){.size = need * BLOCK, .class = CLASS_RESERVE};
			return chunk;
		}
	}
	return NULL;
}

static struct chunk *reserve_take(size_t size)
{
	struct chunk *chunk;

	pthread_mutex_lock(&reserve.lock);
	chunk = find_blocks((size + BLOCK - 1) / BLOCK);
	pthread_mutex_unlock(&reserve.lock);
	return chunk;
}

static void reserve_give_back(struct chunk *chunk)
{
	size_t first = (size_t)((char *)chunk - reserve.base) / BLOCK;

	pthread_mutex_lock(&reserve.lock);
	memset(reserve.taken + first, false, chunk->size / BLOCK);
	pthread_mutex_unlock(&reserve.lock);
}

/* `size` counts only for CLASS_OWN. NULL when memory is out. */
static struct chunk *chunk_new(enum chunk_class class, size_t size)
{
	struct chunk *chunk;

	if (class < CLASSES)
		size = class_size[class];
	/* A kept chunk counts as an allocation too, or a fail point would depend on what ran before. */
	if (fail_now(FAIL_MALLOC))
		return NULL;
	if (class < CLASSES && spare[class].first) {
		chunk = spare[class].first;
		spare[class].first = chunk->next;
		spare[class].bytes -= size;
		return chunk;
	}
	chunk = malloc(size);
	if (chunk)
		*chunk = (struct chunk){.size = size, .class = class};
	return chunk;
}

static void chunk_free(struct chunk *chunk)
{
	UNPOISON(chunk, chunk->size);
	if (chunk->class == CLASS_RESERVE) {
		reserve_give_back(chunk);
	} else if (chunk->class < CLASSES && spare[chunk->class].bytes + chunk->size <= KEEP) {
		chunk->next = spare[chunk->class].first;
		spare[chunk->class].first = chunk;
		spare[chunk->class].bytes += chunk->size;
	} else {
		free(chunk);
	}
}

static size_t aligned(size_t size)
{
	return (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
}

struct arena *arena_new(void)
{
	struct chunk *chunk = chunk_new(CLASS_FIRST, 0);
	struct arena *arena;

	if (!chunk)
		return NULL;
	arena = (struct arena *)(void *)chunk->data;
	chunk->next = NULL;
	*arena = (struct arena){
		.chunks = chunk,
		.at = chunk->data + aligned(sizeof(*arena)),
		.end = (char *)chunk + chunk->size,
		.used = chunk->size,
		.class = CLASS_FIRST,
	};
	POISON(arena->at, (size_t)(arena->end - arena->at));
	return arena;
}

void arena_free(struct arena *arena)
{
	struct chunk *chunk;

	if (!arena)
		return;
	while (arena->deferred) {
		struct deferred *d = arena->deferred;

		arena->deferred = d->next;
		d->fn(d->object);
	}
	for (chunk = arena->chunks; chunk;) {
		struct chunk *next = chunk->next;

		chunk_free(chunk);
		chunk = next;
	}
}

/* A chunk with at least `need` bytes of room from the system, or, in dire need, from the reserve. */
static struct chunk *chunk_add(struct arena *arena, size_t need, bool dire)
{
	enum chunk_class next = arena->class < CLASS_LAST ? arena->class + 1 : CLASS_LAST;
	size_t size = need + sizeof(struct chunk);
	struct chunk *chunk;

	if (size > class_size[next] / 4)
		next = CLASS_OWN;
	chunk = chunk_new(next, size);
	if (!chunk && dire) {
		chunk = reserve_take(size);
		arena->failed = true;
	}
	if (!chunk)
		return NULL;
	if (chunk->class < CLASSES)
		arena->class = chunk->class;
	chunk->next = arena->chunks;
	arena->chunks = chunk;
	arena->used += chunk->size;
	POISON(chunk->data, chunk->size - sizeof(*chunk));
	return chunk;
}

static void *cleared(char *piece, size_t size)
{
	UNPOISON(piece, size);
	return memset(piece, 0, size);
}

static void *take(struct arena *arena, size_t size, bool dire)
{
	size_t need;

	if (size > SIZE_MAX / 2)
		return NULL;
	need = aligned(size + GAP);
	if (need > (size_t)(arena->end - arena->at)) {
		struct chunk *chunk = chunk_add(arena, need, dire);

		if (!chunk)
			return NULL;
		if (chunk->class == CLASS_OWN)
			return cleared(chunk->data, size);
		arena->at = chunk->data;
		arena->end = (char *)chunk + chunk->size;
	}
	arena->at += need;
	return cleared(arena->at - need, size);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *piece = take(arena, size, true);

	if (!piece) {
		log_error("memory and reserve are out", LOG_INT("size", (int64_t)size));
		abort();
	}
	return piece;
}

void *arena_try(struct arena *arena, size_t size)
{
	return arena->failed ? NULL : take(arena, size, false);
}

bool arena_failed(const struct arena *arena)
{
	return arena->failed;
}

void arena_fail(struct arena *arena)
{
	arena->failed = true;
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}

char *arena_cstr(struct arena *arena, struct str s)
{
	char *copy = arena_alloc(arena, s.len + 1);

	if (s.len)
		memcpy(copy, s.at, s.len);
	return copy;
}

struct str arena_str(struct arena *arena, struct str s)
{
	return s.at ? (struct str){arena_cstr(arena, s), s.len} : STR_NONE;
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
	char small[256];
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	must(len >= 0);
	text = arena_alloc(arena, (size_t)len + 1);
	if ((size_t)len < sizeof(small)) {
		memcpy(text, small, (size_t)len);
		return (struct str){text, (size_t)len};
	}
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return (struct str){text, (size_t)len};
}

void arena_defer_(struct arena *arena, arena_cleanup *fn, void *object)
{
	struct deferred *d = arena_alloc(arena, sizeof(*d));

	*d = (struct deferred){.next = arena->deferred, .fn = fn, .object = object};
	arena->deferred = d;
}
