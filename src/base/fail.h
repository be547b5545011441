#ifndef TIEPDAN_BASE_FAIL_H
#define TIEPDAN_BASE_FAIL_H

#include <stdbool.h>
#include <stddef.h>

/* Failing on purpose. Allocation, clock and the system calls that can fail go through base/; each asks here
 * first. TIEPDAN_FAIL=<kind>:<n>[+|*<m>] in the environment (read only when the setting `fail_points` is on)
 * makes the n-th call of that kind fail, with '+' that one and all later ones, with '*' that one and every
 * m-th later one. Costs one load and one branch when off. */
enum fail_kind {
	FAIL_MALLOC, /* any allocation of base/ and of the libraries that let us hand them an allocator */
	FAIL_ACCEPT,
	FAIL_READ,
	FAIL_WRITE,
	FAIL_OPEN,
	FAIL_FSYNC,
	FAIL_RENAME,
	FAIL_DB_SEND, /* handing bytes to libpq */
	FAIL_DB_READ, /* taking bytes from libpq */
	FAIL_KINDS
};

void fail_arm(const char *spec);    /* NULL or "": off. An unreadable spec ends the process with a message */
bool fail_now(enum fail_kind kind); /* true when this call has to fail; errno is set to fit */
unsigned long fail_calls(enum fail_kind kind); /* calls seen so far: a torture run stops when n exceeds it */

/* The process's allocator: malloc and friends with fail_now(FAIL_MALLOC) in front. */
void *fail_malloc(size_t size);
void *fail_realloc(void *old, size_t size);

#endif
