/* Numbers that follow from a seed: SplitMix64. */
#include "command/generate_random.h"

#include <math.h>

static const uint64_t step = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

struct random random_of(uint64_t seed, uint64_t thing)
{
	return (struct random){mix(mix(seed + step) + (thing + 1) * step)};
}

uint64_t random_next(struct random *r)
{
	r->state += step;
	return mix(r->state);
}

int64_t random_below(struct random *r, int64_t n)
{
	return (int64_t)(random_next(r) % (uint64_t)n);
}

int64_t random_from(struct random *r, int64_t least, int64_t most)
{
	return least + random_below(r, most - least + 1);
}

double random_unit(struct random *r)
{
	return (double)(random_next(r) >> 11) * 0x1p-53;
}

bool random_permille(struct random *r, int share)
{
	return random_below(r, 1000) < share;
}

int64_t random_zipf(struct random *r, int64_t n)
{
	int64_t k = (int64_t)exp(random_unit(r) * log((double)n + 1)) - 1;

	return k < 0 ? 0 : k >= n ? n - 1 : k;
}

struct uuid random_uuid(struct random *r, int64_t ms)
{
	uint64_t high = random_next(r), low = random_next(r);
	struct uuid id;

	for (int i = 0; i < 6; i++)
		id.byte[i] = (uint8_t)(ms >> (40 - 8 * i));
	id.byte[6] = (uint8_t)(0x70 | (high & 0x0f));
	id.byte[7] = (uint8_t)(high >> 8);
	id.byte[8] = (uint8_t)(0x80 | (low & 0x3f));
	for (int i = 9; i < 16; i++)
		id.byte[i] = (uint8_t)(low >> (8 * (i - 8)));
	return id;
}
