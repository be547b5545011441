/* What invented people write, in Vietnamese and in English. */
#include "command/generate_words.h"

#include <stdio.h>
#include <string.h>

#include "base/csv.h"
#include "base/embedded.h"
#include "base/must.h"

enum {
	PHONES = 100000,
	TITLE_BYTES = 90
};

/* The texts of one part, or of one category, in one language. */
struct list {
	struct str name, language;
	struct str *text;
	size_t n, room;
	struct list *next;
};

struct phrases {
	struct list *parts, *examples;
};

static const struct list *find(const struct list *list, struct str name, struct str language)
{
	while (list && !(str_eq(list->name, name) && str_eq(list->language, language)))
		list = list->next;
	return list;
}

static void add(struct arena *arena, struct list **lists, const struct str cells[3])
{
	struct list *list = (struct list *)find(*lists, cells[0], cells[1]);

	if (!list) {
		list = arena_alloc(arena, sizeof(*list));
		*list = (struct list){.name = cells[0], .language = cells[1], .next = *lists};
		*lists = list;
	}
	if (list->n == list->room) {
		struct str *more = arena_alloc(arena, (2 * list->n + 16) * sizeof(*more));

		if (list->n > 0)
			memcpy(more, list->text, list->n * sizeof(*more));
		list->text = more;
		list->room = 2 * list->n + 16;
	}
	list->text[list->n++] = cells[2];
}

static bool load(struct arena *arena, const char *name, struct list **ret)
{
	const struct embedded_group *group = embedded_group("seeds");
	struct str cells[CSV_FIELDS_MAX];

	for (unsigned i = 0; i < group->n; i++) {
		if (strcmp(group->files[i].name, name) != 0)
			continue;
		struct csv csv = csv_open(group->files[i].data);
		csv_read(&csv, arena, cells); /* the head line */
		while (csv_read(&csv, arena, cells) == 3)
			add(arena, ret, cells);
		return !csv.fault;
	}
	return false;
}

struct phrases *phrases_new(struct arena *arena)
{
	struct phrases *words = arena_alloc(arena, sizeof(*words));
	bool ok = load(arena, "demo/words.csv", &words->parts) &&
		  load(arena, "hanoi/examples.csv", &words->examples);

	return ok ? words : NULL;
}

bool phrases_knows(const struct phrases *words, struct str category, struct str language)
{
	return find(words->examples, category, language) != NULL;
}

const struct str *phrases_categories(const struct phrases *words, struct arena *arena, unsigned *ret_n)
{
	struct str *names;
	unsigned n = 0;

	for (const struct list *list = words->examples; list; list = list->next)
		n += str_eq(list->language, STR("vi"));
	*ret_n = n;
	names = arena_alloc(arena, (n + 1) * sizeof(*names));
	/* The list is the file backwards. */
	for (const struct list *list = words->examples; list; list = list->next)
		if (str_eq(list->language, STR("vi")))
			names[--n] = list->name;
	return names;
}

/* --- pieces --------------------------------------------------------------------------------------------- */

static struct str pick(const struct list *list, struct random *random)
{
	must(list);
	return list->text[random_zipf(random, (int64_t)list->n)];
}

static struct str even(const struct list *list, struct random *random)
{
	must(list);
	return list->text[random_below(random, (int64_t)list->n)];
}

static const struct list *part_of(const struct phrases *words, const char *part, struct str language)
{
	const struct list *list = find(words->parts, str_of(part), language);

	return list ? list : find(words->parts, str_of(part), STR("vi"));
}

struct topic phrases_topic(const struct phrases *words, struct arena *arena, struct random *random,
	struct str category, struct str language)
{
	const struct list *syllables = part_of(words, "syllable", language);
	bool vi = str_eq(language, STR("vi"));
	struct str street = pick(part_of(words, "street", language), random), first = pick(syllables, random),
		   second = even(syllables, random);

	return (struct topic){.category = category,
		.language = language,
		.street = vi ? arena_printf(arena, "đường %.*s", STR_ARG(street))
			     : arena_printf(arena, "%.*s Street", STR_ARG(street)),
		.landmark = pick(part_of(words, "landmark", language), random),
		.name = arena_printf(arena, "%.*s %.*s", STR_ARG(first), STR_ARG(second))};
}

static struct str value_of(
	struct arena *arena, struct random *random, const struct topic *topic, struct str name)
{
	if (str_eq(name, STR("street")))
		return topic->street;
	if (str_eq(name, STR("landmark")))
		return topic->landmark;
	if (str_eq(name, STR("name")))
		return topic->name;
	must(str_eq(name, STR("n")));
	return arena_printf(arena, "%d", (int)random_zipf(random, 30) + 2);
}

static void fill(struct buf *out, struct random *random, const struct topic *topic, struct str text)
{
	const char *end = text.at + text.len, *open, *close;

	while ((open = memchr(text.at, '{', text.len))) {
		close = memchr(open, '}', (size_t)(end - open));
		must(close);
		buf_put(out, (struct str){text.at, (size_t)(open - text.at)});
		buf_put(out, value_of(out->arena, random, topic,
				     (struct str){open + 1, (size_t)(close - open) - 1}));
		text = (struct str){close + 1, (size_t)(end - close) - 1};
	}
	buf_put(out, text);
}

static void put_part(const struct phrases *words, struct buf *out, struct random *random,
	const struct topic *topic, const char *part)
{
	if (out->len > 0)
		buf_byte(out, ' ');
	fill(out, random, topic, pick(part_of(words, part, topic->language), random));
}

struct str phrases_part(const struct phrases *words, struct arena *arena, struct random *random,
	const struct topic *topic, const char *part)
{
	struct buf out = {.arena = arena};

	put_part(words, &out, random, topic, part);
	return buf_str(&out);
}

/* --- tickets -------------------------------------------------------------------------------------------- */

/* The first part of a sentence, cut between words. */
static struct str clause(struct str sentence)
{
	size_t len = 0;

	for (size_t i = 10; i <= sentence.len && i < TITLE_BYTES; i++) {
		char c = i < sentence.len ? sentence.at[i] : '.';

		if (c == ' ')
			len = i;
		if (c != ',' && c != '.' && c != ';')
			continue;
		return (struct str){sentence.at, i};
	}
	return (struct str){sentence.at, len};
}

struct str phrases_title(
	const struct phrases *words, struct arena *arena, struct random *random, const struct topic *topic)
{
	struct str said = clause(even(find(words->examples, topic->category, topic->language), random));

	return random_permille(random, 600)
		       ? arena_printf(arena, "%.*s (%.*s)", STR_ARG(said), STR_ARG(topic->street))
		       : said;
}

struct str phrases_text(
	const struct phrases *words, struct arena *arena, struct random *random, const struct topic *topic)
{
	const struct list *examples = find(words->examples, topic->category, topic->language);
	struct buf out = {.arena = arena};

	buf_put(&out, even(examples, random));
	if (topic->storm)
		put_part(words, &out, random, topic, "storm");
	put_part(words, &out, random, topic, "place");
	if (random_permille(random, 500))
		put_part(words, &out, random, topic, "since");
	if (random_permille(random, 300)) {
		buf_byte(&out, ' ');
		buf_put(&out, even(examples, random));
	}
	if (random_permille(random, 800))
		put_part(words, &out, random, topic, "closing");
	return buf_str(&out);
}

struct str phrases_location(struct arena *arena, struct random *random, const struct topic *topic)
{
	int number = (int)random_zipf(random, 400) + 1, lane = (int)random_zipf(random, 300) + 1;

	if (!str_eq(topic->language, STR("vi")))
		return arena_printf(arena, "%d %.*s", number, STR_ARG(topic->street));
	if (random_permille(random, 500))
		return arena_printf(arena, "số %d %.*s", number, STR_ARG(topic->street));
	return arena_printf(arena, "số %d ngõ %d %.*s", number, lane, STR_ARG(topic->street));
}

struct invented phrases_person(
	const struct phrases *words, struct arena *arena, uint64_t seed, int64_t number)
{
	struct random random = random_of(seed, (uint64_t)number);
	struct str language = STR("vi"), family = pick(part_of(words, "family", language), &random),
		   middle = even(part_of(words, "middle", language), &random),
		   given = even(part_of(words, "given", language), &random);

	return (struct invented){.name = arena_printf(arena, "%.*s %.*s %.*s", STR_ARG(family),
					 STR_ARG(middle), STR_ARG(given)),
		.phone = arena_printf(arena, "+8490000%05d", (int)(number % PHONES)),
		.email = arena_printf(arena, "nguoi.dan.%ld@example.org", (long)number)};
}
