#ifndef TIEPDAN_CIVIL_ALIKE_H
#define TIEPDAN_CIVIL_ALIKE_H

#include "civil/minhash.h"
#include "civil/place.h"

/* Whether two tickets tell of one event: by place, time, matter and text. Place is points, names and numbers
 * (civil/place.h); the matter is what the words of either language say (civil/alike_matters.def) and the
 * category; texts are compared by signature (civil/minhash.h), so no text is kept. Each counts up to its part
 * of the score; what speaks against the same event (another place, another matter, too late) keeps the score
 * below ALIKE_SAME whatever else agrees. Tickets in two languages, or in other words, are found by place,
 * time and matter; near-identical texts without a place by themselves. */

enum {
	ALIKE_MOST = 1000,
	ALIKE_SAME = 600,	 /* from here on it is the same event                      */
	ALIKE_AGAINST = 400,	 /* the most when something speaks against it              */
	ALIKE_DAYS = 14,	 /* tickets farther apart are not alike                    */
	ALIKE_SUDDEN_HOURS = 96, /* nor those of what comes suddenly                     */
	ALIKE_KEYS_MAX = MINHASH_BANDS + PLACE_MARKS_MAX,
};

/* What people wrote, as it was cleaned (civil/text.h). */
struct alike_source {
	struct str title, text, place; /* place: absent when none is given */
	struct str area_name;	       /* of the ward; absent: none        */
};

/* What is kept of a ticket, and all that is compared. */
struct alike {
	int64_t filed_s;		   /* seconds since 1970                               */
	struct str area, category, family; /* codes; family: the category or its parent */
	bool urgent;
	double lon, lat; /* NaN: no point                                    */
	uint64_t matters;
	struct place_marks marks;
	struct minhash signature;
};

/* What speaks for the same event, in bits. */
enum alike_reason {
	ALIKE_NEAR = 1,	      /* the points are near each other            */
	ALIKE_NAMES = 2,      /* the same street, crossing, ...            */
	ALIKE_NUMBERS = 4,    /* the same house, lane, ...                 */
	ALIKE_AREA = 8,	      /* the same ward                             */
	ALIKE_TIME = 16,      /* within a day                              */
	ALIKE_MATTER = 32,    /* the words say the same matter             */
	ALIKE_CATEGORY = 64,  /* the same category                         */
	ALIKE_TEXT = 128,     /* texts that have much in common            */
	ALIKE_IDENTICAL = 256 /* texts that are the same but for some words */
};

struct alike_score {
	int score;		       /* 0 to ALIKE_MOST */
	int place, time, matter, text; /* its parts */
	unsigned reasons;	       /* enum alike_reason                         */
	int64_t metres;		       /* between the points; -1: one has none      */
	int64_t minutes;	       /* between the filings                       */
	struct str name;	       /* a name that both have; absent: none       */
};

/* The phrases of the matters, ready to be looked for. */
struct alike_words;
const struct alike_words *alike_words(struct arena *arena);

/* Fills in matters, marks and signature; time and memory are bounded by the text. alike_read_place(): only
 * the marks; it is about no matter, and has no text. */
void alike_read(struct arena *arena, const struct alike_words *words, const struct alike_source *source,
	struct alike *ret);
void alike_read_place(struct arena *arena, const struct alike_source *source, struct alike *ret);
/* The keys by which tickets that may be alike are looked up: bands and names. Returns how many.
 * alike_place_keys(): only those of names. alike_names(): such keys as a set, a bit for each. */
unsigned alike_keys(const struct alike *a, int64_t ret[ALIKE_KEYS_MAX]);
unsigned alike_place_keys(const struct alike *a, int64_t ret[PLACE_MARKS_MAX]);
int64_t alike_names(const int64_t keys[], unsigned n);
/* The square of a net of some 500 metres that a point lies in, `east` and `north` squares away. */
int64_t alike_cell(double lon, double lat, int east, int north);

/* Symmetric but for `name`. */
void alike_compare(const struct alike *a, const struct alike *b, struct alike_score *ret);
static inline bool alike_same(const struct alike_score *s)
{
	return s->score >= ALIKE_SAME;
}
/* The code of a reason by its bit: "near", "same_names", ... NULL: there is no such bit. */
const char *alike_reason_code(unsigned bit);

#endif
