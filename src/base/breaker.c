/* Leaves servers alone that do not answer. */
#include "base/breaker.h"

bool breaker_lets(struct breaker *b, int64_t now_us)
{
	if (b->failed < b->most)
		return true;
	if (b->trying || now_us < b->open_until_us)
		return false;
	b->trying = true;
	return true;
}

void breaker_tell(struct breaker *b, bool good, int64_t now_us)
{
	b->trying = false;
	if (good) {
		b->failed = 0;
		return;
	}
	if (b->failed < b->most)
		b->failed++;
	if (b->failed == b->most)
		b->open_until_us = now_us + b->pause_us;
}
