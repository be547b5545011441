#ifndef TIEPDAN_COMMAND_GENERATE_WORDS_H
#define TIEPDAN_COMMAND_GENERATE_WORDS_H

#include "civil/city.h"
#include "command/generate_random.h"

/* What invented people write. The sentences of a category are the examples of hanoi/examples.csv, everything
 * else is demo/words.csv: rows of part, language and text, in which {street}, {landmark}, {name} and {n}
 * stand for what is drawn anew each time. The first of a part come most often, names of two syllables are
 * many: so a search has words that are common, less common and rare. */
struct phrases;

/* NULL when what is embedded is no CSV. `arena` keeps all. */
struct phrases *phrases_new(struct arena *arena);

/* Whether there is anything to be said of this category in this language. */
bool phrases_knows(const struct phrases *words, struct str category, struct str language);

/* The categories that there is something to be said of in Vietnamese. */
const struct str *phrases_categories(const struct phrases *words, struct arena *arena, unsigned *ret_n);

/* What one ticket is about: the names in its texts stay the same. */
struct topic {
	struct str category, language;
	struct str street, landmark, name;
	bool storm; /* it rains hard */
};
struct topic phrases_topic(const struct phrases *words, struct arena *arena, struct random *random,
	struct str category, struct str language);

struct str phrases_title(
	const struct phrases *words, struct arena *arena, struct random *random, const struct topic *topic);
struct str phrases_text(
	const struct phrases *words, struct arena *arena, struct random *random, const struct topic *topic);
/* Where it is: a number and a street. */
struct str phrases_location(struct arena *arena, struct random *random, const struct topic *topic);
/* One of a part, in the language of the topic if there is one, else in Vietnamese. */
struct str phrases_part(const struct phrases *words, struct arena *arena, struct random *random,
	const struct topic *topic, const char *part);

/* A person who does not exist: the same for the same number. Telephone numbers are +84 90000 and five
 * digits, addresses those of example.org (RFC 2606). */
struct invented {
	struct str name, phone, email;
};
struct invented phrases_person(
	const struct phrases *words, struct arena *arena, uint64_t seed, int64_t number);

#endif
