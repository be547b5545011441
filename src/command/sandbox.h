#ifndef TIEPDAN_COMMAND_SANDBOX_H
#define TIEPDAN_COMMAND_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

/* Gives up, for good, everything that examining a file does not need: other descriptors than 0 to 5, new
 * files and processes, signals to others, the network, privileges; and bounds memory, processor time and the
 * size of what is written. False when the system does not allow that: then nothing must be examined. */
bool sandbox_enter(int64_t memory, int64_t seconds, int64_t file_size);

#endif
