#ifndef TIEPDAN_BASE_RAND_H
#define TIEPDAN_BASE_RAND_H

#include <stddef.h>

/* Unpredictable bytes from the kernel, through a buffer that is refilled in blocks and dropped after fork.
 * Aborts the process if the kernel has none: nothing that needs a secret can go on. */
void rand_bytes(void *ret_bytes, size_t size);

#endif
