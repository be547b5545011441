#ifndef TIEPDAN_CIVIL_MINHASH_H
#define TIEPDAN_CIVIL_MINHASH_H

#include <stdint.h>

#include "base/str.h"

/* How alike two texts are, without keeping them: of the syllables of a folded text (civil/text.h), and of
 * each two that stand side by side, 64 numbers are kept. Of two texts about as many agree as the texts have
 * in common (MinHash). The seeds are fixed and the same everywhere: signatures are stored. */
enum {
	MINHASH_SIZE = 64,
	MINHASH_BANDS = 8,	     /* keys by which near-identical texts are looked up     */
	MINHASH_BYTES = 128,	     /* as it is stored                                      */
	MINHASH_SYLLABLES_MAX = 600, /* what stands behind them does not count; 0.5 ms a text */
};

struct minhash {
	uint16_t at[MINHASH_SIZE];
	unsigned syllables; /* 0: of no text, which is like no other */
};

void minhash_of(struct str folded, struct minhash *ret);
/* How much two texts have in common, in thousandths. Symmetric. */
int minhash_alike(const struct minhash *a, const struct minhash *b);
/* The key of a band, from 0 on. Texts that have nine tenths in common share one at least with a
 * probability of 0.98, those with a half with 0.03. */
int64_t minhash_band(const struct minhash *m, unsigned band);
/* As it is stored: MINHASH_BYTES bytes, big endian. Reading is false for other sizes. */
void minhash_write(const struct minhash *m, char ret[MINHASH_BYTES]);
bool minhash_read(struct str bytes, struct minhash *ret);

#endif
