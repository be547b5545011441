#ifndef TIEPDAN_BASE_BREAKER_H
#define TIEPDAN_BASE_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

/* Leaves a server that does not answer alone for a while, so that nobody waits for it in vain: after a number
 * of failures in a row nothing is asked, then one request tries, and what becomes of it decides. */
struct breaker {
	int64_t pause_us;
	unsigned most;	 /* failures in a row before it opens */
	unsigned failed; /* in a row                          */
	int64_t open_until_us;
	bool trying; /* one request is out to see */
};

/* Whether a request may begin now (monotonic clock); each that may is followed by breaker_tell(). */
bool breaker_lets(struct breaker *b, int64_t now_us);
/* How it ended. */
void breaker_tell(struct breaker *b, bool good, int64_t now_us);

#endif
