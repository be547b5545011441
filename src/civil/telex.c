/* Telex and VNI residue: keys are dropped from a folded word; the rest has to be a Vietnamese syllable. */
#include "civil/telex.h"

#include <string.h>

enum {
	SYLLABLE_MAX = 7, /* "nghieng" */
	KEYS_MAX = 5	  /* "dduwowngf" has four */
};

/* Folded, so that one entry stands for several: "an" is an, ăn, ân. */
static const char onsets[] = " b c ch d g gh gi h k kh l m n ng ngh nh p ph q r s t th tr v x ";
static const char rhymes[] =
	" a ac ach ai am an ang anh ao ap at au ay e ec ech em en eng enh eo ep et eu i ia ich iec iem ien"
	" ieng iep iet ieu im in inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oem"
	" oen oeo oet oi om on ong ooc oong op ot u ua uac uai uam uan uang uanh uao uap uat uau uay uc ue"
	" uech uen uenh ueo uep uet ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu uy uya uych"
	" uyen uyet uynh uyt uyu y yem yen yeng yet yeu ";

static bool is_in(const char *list, const char *word, size_t len)
{
	char padded[SYLLABLE_MAX + 3] = " ";

	if (len == 0 || len > SYLLABLE_MAX)
		return false;
	memcpy(padded + 1, word, len);
	padded[len + 1] = ' ';
	return strstr(list, padded) != NULL;
}

bool telex_is_syllable(struct str word)
{
	if (word.len == 0 || word.len > SYLLABLE_MAX || memchr(word.at, ' ', word.len))
		return false;
	for (size_t onset = 0; onset <= 3 && onset < word.len; onset++)
		if ((onset == 0 || is_in(onsets, word.at, onset)) &&
			is_in(rhymes, word.at + onset, word.len - onset))
			return true;
	return false;
}

/* A word while its keys are dropped. */
struct decoding {
	char at[TELEX_WORD_MAX];
	size_t len;
	unsigned keys;
	bool vowel; /* one has been seen: tones come after it */
};

static bool is_vowel(char c)
{
	return c && strchr("aeiouy", c) != NULL;
}

static bool has(const struct decoding *d, char c)
{
	return memchr(d->at, c, d->len) != NULL;
}

/* VNI: digits stand behind the letters that they mark. */
static bool is_vni_key(const struct decoding *d, char c)
{
	return c >= '0' && c <= '9' && d->len > 0;
}

/* Telex: a tone, the hook of w, a doubled vowel, a doubled d, each at once or at the end of the word. */
static bool is_telex_key(const struct decoding *d, char c)
{
	if (strchr("sfrxj", c) && d->vowel)
		return true;
	if (c == 'w')
		return has(d, 'a') || has(d, 'o') || has(d, 'u');
	if (c == 'd')
		return d->len > 0 && d->at[0] == 'd' && (d->len == 1 || d->vowel);
	return strchr("aeo", c) && has(d, c);
}

static void put(struct decoding *d, char c)
{
	bool key = is_vni_key(d, c) || is_telex_key(d, c);

	d->keys += key || c == 'w';
	if (key)
		return;
	d->at[d->len++] = c == 'w' ? 'u' : c;
	d->vowel = d->vowel || is_vowel(d->at[d->len - 1]);
}

struct str telex_decode(struct arena *arena, struct str word)
{
	struct decoding d = {.len = 0};

	if (word.len > TELEX_WORD_MAX)
		return STR_NONE;
	for (size_t i = 0; i < word.len; i++) {
		char c = word.at[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
			return STR_NONE;
		put(&d, c);
	}
	struct str decoded = {d.at, d.len};
	if (d.keys == 0 || d.keys > KEYS_MAX || !telex_is_syllable(decoded))
		return STR_NONE;
	return arena_str(arena, decoded);
}
