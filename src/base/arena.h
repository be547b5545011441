#ifndef TIEPDAN_BASE_ARENA_H
#define TIEPDAN_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Memory with one lifetime: a request, a job, a loaded configuration. Nothing inside is freed singly;
 * arena_free() runs the deferred clean-ups, newest first, and releases everything.
 *
 * Running out of memory. arena_alloc() never returns NULL: when the system gives nothing it takes from a
 * reserve that arena_reserve() set aside at start, and the arena is marked as failed. The driver of the
 * request looks at arena_failed() between steps and answers 503; what an arena took from the reserve goes
 * back when it is freed. When the reserve is empty as well the process is aborted: the supervisor starts
 * another. Sizes that a stranger chooses (bodies, results) go through arena_try(), which may return NULL.
 *
 * The reserve and the chunks that wait for the next arena belong to the thread that runs the loop. A task of
 * base/work.h may fill an arena that it was given, until it is done: nobody else touches it meanwhile. It has
 * no reserve. */
struct arena;

/* Once at process start; 1 MiB is plenty. Fork inherits it. Not a fail point. */
void arena_reserve(size_t bytes);
struct arena *arena_new(void);	      /* NULL when memory is out */
void arena_free(struct arena *arena); /* accepts NULL */

void *arena_alloc(struct arena *arena, size_t size); /* zeroed, aligned for any type, never NULL */
void *arena_try(struct arena *arena, size_t size);   /* zeroed; NULL when memory is out or the arena failed */
bool arena_failed(const struct arena *arena);
void arena_fail(struct arena *arena);	      /* for one who got NULL and has no other way to tell */
size_t arena_used(const struct arena *arena); /* bytes taken from the system */

struct str arena_str(struct arena *arena, struct str s); /* a copy, with a zero byte behind it */
char *arena_cstr(struct arena *arena, struct str s);	 /* the same as a C string */
struct str arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Runs fn(object) when the arena is freed. The compiler checks that fn takes a pointer of the type of
 * `object`. */
#define arena_defer(arena, fn, object)                                                                       \
	((void)sizeof((fn)(object), 0),                                                                      \
		arena_defer_((arena), (arena_cleanup *)(void (*)(void))(fn), (void *)(object)))
typedef void arena_cleanup(void *object);
void arena_defer_(struct arena *arena, arena_cleanup *fn, void *object);

#endif
