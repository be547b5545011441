/* Tickets that may tell of one event: what is kept of each, and how two are compared. */
#include "civil/alike.h"

#include <math.h>
#include <stdlib.h>

#include "civil/text.h"
#include "civil/words.h"

enum {
	PHRASES_MAX = 1024,
	HOUR = 3600,
	DAY = 24 * HOUR,
	/* The parts of the score. */
	PLACE_MOST = 450,
	MATTER_MOST = 250,
	TEXT_MOST = 200,
	TIME_MOST = 150,
	/* Places. */
	ONE_NAME = 340,
	ONE_NAME_FAR = 220,  /* in another ward */
	LIKELY_PLACE = 230,  /* in one ward */
	UNKNOWN_PLACE = 150, /* the same ward, and nothing else */
	NO_WARD = 100,
	/* Matters. */
	SAME_CATEGORY = 150,
	SAME_FAMILY = 100,
	/* Texts, in thousandths. */
	MUCH_TEXT = 300,
	IDENTICAL_TEXT = 600,
};

/* Points: so many metres apart are worth so much. */
static const struct step {
	int64_t metres;
	int score;
} steps[] = {{80, 450}, {200, 400}, {400, 270}, {800, 120}};

/* Matters of one group may be sides of one event. */
enum group {
	FALLEN,
	CARE,
	WATER,
	ROAD,
	LIGHT,
	SIGNAL,
	SIGN,
	WASTE,
	DUST,
	NOISE,
	SIDEWALK,
	PARKING,
	PRICE,
	TAP,
	POWER,
	CABLE,
	RIVER,
	FIRE,
	SAFETY,
	FEES,
	MEALS,
	POISON,
	BUS,
	SHELTER,
	THEFT,
	PARK,
	PERMIT,
	OFFENCE
};

enum course {
	LASTING,
	SUDDEN, /* over in days, and a storm brings many            */
	SINGLE	/* sudden, and hardly twice a day in one ward       */
};

static const struct matter {
	enum group group;
	enum course course;
	struct str phrases;
} matters[] = {
#define MATTER(code, group, course, phrases) {group, course, {phrases, sizeof(phrases) - 1}},
#include "civil/alike_matters.def"
};
_Static_assert(sizeof(matters) / sizeof(*matters) <= 64, "a bit for each matter");

struct alike_words {
	const struct words *index;
};

const struct alike_words *alike_words(struct arena *arena)
{
	struct words_phrase all[PHRASES_MAX];
	struct alike_words *w = arena_alloc(arena, sizeof(*w));
	size_t n = 0;

	for (size_t i = 0; i < sizeof(matters) / sizeof(*matters); i++) {
		struct str rest = matters[i].phrases, phrase;

		while (n < PHRASES_MAX && str_next(&rest, ';', &phrase))
			all[n++] = (struct words_phrase){phrase, i};
	}
	w->index = words_new(arena, all, n);
	return w;
}

static void found(void *to, const struct words_phrase *phrase)
{
	*(uint64_t *)to |= UINT64_C(1) << phrase->tag;
}

void alike_read_place(struct arena *arena, const struct alike_source *source, struct alike *ret)
{
	struct str area = text_fold(arena, source->area_name);

	ret->matters = 0;
	ret->signature.syllables = 0;
	ret->marks.n = 0;
	place_find_given(arena, source->place, area, &ret->marks);
	place_find(arena, source->title, area, &ret->marks);
	place_find(arena, source->text, area, &ret->marks);
}

void alike_read(struct arena *arena, const struct alike_words *words, const struct alike_source *source,
	struct alike *ret)
{
	struct str whole = arena_printf(arena, "%.*s\n%.*s", STR_ARG(source->title), STR_ARG(source->text));
	struct str folded = text_fold(arena, whole);

	alike_read_place(arena, source, ret);
	words_match(words->index, arena, folded, found, &ret->matters);
	minhash_of(folded, &ret->signature);
}

unsigned alike_place_keys(const struct alike *a, int64_t ret[PLACE_MARKS_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < a->marks.n; i++)
		n += place_key(&a->marks.at[i], &ret[n]);
	return n;
}

int64_t alike_names(const int64_t keys[], unsigned n)
{
	uint64_t set = 0;

	for (unsigned i = 0; i < n; i++)
		set |= UINT64_C(1) << (keys[i] & 63);
	return (int64_t)set;
}

unsigned alike_keys(const struct alike *a, int64_t ret[ALIKE_KEYS_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < MINHASH_BANDS && a->signature.syllables > 0; i++)
		ret[n++] = minhash_band(&a->signature, i);
	return n + alike_place_keys(a, ret + n);
}

int64_t alike_cell(double lon, double lat, int east, int north)
{
	return ((int64_t)floor(lon * 200) + east) * 1000000 + (int64_t)floor(lat * 200) + north;
}

static uint64_t groups_of(uint64_t set)
{
	uint64_t groups = 0;

	for (size_t i = 0; i < sizeof(matters) / sizeof(*matters); i++)
		if (set >> i & 1)
			groups |= UINT64_C(1) << matters[i].group;
	return groups;
}

/* The shortest course of these matters. */
static enum course course_of(uint64_t both)
{
	enum course course = LASTING;

	for (size_t i = 0; i < sizeof(matters) / sizeof(*matters); i++)
		if (both >> i & 1 && matters[i].course > course)
			course = matters[i].course;
	return course;
}

/* In a city the earth is flat. */
static int64_t metres_between(const struct alike *a, const struct alike *b)
{
	double north = (a->lat - b->lat) * 111320, middle = (a->lat + b->lat) / 2;
	double east = (a->lon - b->lon) * 111320 * cos(middle * M_PI / 180);
	double metres = sqrt(north * north + east * east);

	return isnan(metres) ? -1 : (int64_t)metres;
}

static int score_points(int64_t metres)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (metres <= steps[i].metres)
			return steps[i].score;
	return 0;
}

static int score_names(const struct place_match *m)
{
	if (m->names == 0)
		return 0;
	return m->names > 1 || m->numbers > 0 ? PLACE_MOST : ONE_NAME;
}

/* What names and numbers say against the same place counts less than points that are near. */
static int score_place(const struct alike *a, const struct alike *b, struct alike_score *s, bool *ret_against)
{
	const int64_t near = steps[1].metres, far = steps[3].metres;
	bool area = a->area.at && str_eq(a->area, b->area);
	struct place_match m;
	int by_names;

	place_compare(&a->marks, &b->marks, &m);
	by_names = score_names(&m);
	s->metres = metres_between(a, b);
	s->name = m.first;
	s->reasons |= (m.names ? ALIKE_NAMES : 0U) | (m.names && m.numbers ? ALIKE_NUMBERS : 0U) |
		      (area ? ALIKE_AREA : 0U);
	if (s->metres >= 0 && s->metres <= near) {
		s->reasons |= ALIKE_NEAR;
		return score_points(s->metres);
	}
	*ret_against = m.other_names || m.other_number || s->metres > far ||
		       (!area && (a->area.at || b->area.at) && by_names == 0);
	if (*ret_against)
		return 0;
	if (s->metres >= 0 && score_points(s->metres) > by_names)
		return score_points(s->metres);
	if (by_names > 0)
		return area || by_names > ONE_NAME ? by_names : ONE_NAME_FAR;
	if (area && (m.guessed || course_of(a->matters & b->matters) == SINGLE))
		return LIKELY_PLACE;
	return area ? UNKNOWN_PLACE : NO_WARD;
}

static int score_time(const struct alike *a, const struct alike *b, struct alike_score *s, bool *ret_against)
{
	int64_t apart = llabs(a->filed_s - b->filed_s);
	bool short_lived = course_of(a->matters & b->matters) != LASTING || (a->urgent && b->urgent);
	int64_t span = short_lived ? ALIKE_SUDDEN_HOURS * HOUR : ALIKE_DAYS * DAY;

	s->minutes = apart / 60;
	if (apart > span) {
		*ret_against = true;
		return 0;
	}
	if (apart <= DAY)
		s->reasons |= ALIKE_TIME;
	return (int)(TIME_MOST - TIME_MOST * apart / span);
}

static int score_matter(
	const struct alike *a, const struct alike *b, struct alike_score *s, bool *ret_against)
{
	bool category = str_eq(a->category, b->category);

	if (category)
		s->reasons |= ALIKE_CATEGORY;
	if (a->matters & b->matters) {
		s->reasons |= ALIKE_MATTER;
		return MATTER_MOST;
	}
	*ret_against = a->matters && b->matters && !(groups_of(a->matters) & groups_of(b->matters));
	if (*ret_against)
		return 0;
	return category ? SAME_CATEGORY : str_eq(a->family, b->family) ? SAME_FAMILY : 0;
}

static int score_text(const struct alike *a, const struct alike *b, struct alike_score *s)
{
	int alike = minhash_alike(&a->signature, &b->signature);

	if (alike >= IDENTICAL_TEXT)
		s->reasons |= ALIKE_IDENTICAL;
	else if (alike >= MUCH_TEXT)
		s->reasons |= ALIKE_TEXT;
	return alike >= IDENTICAL_TEXT ? TEXT_MOST : TEXT_MOST * alike / IDENTICAL_TEXT;
}

void alike_compare(const struct alike *a, const struct alike *b, struct alike_score *ret)
{
	bool elsewhere = false, later = false, other = false;

	*ret = (struct alike_score){.text = 0};
	ret->text = score_text(a, b, ret);
	ret->place = score_place(a, b, ret, &elsewhere);
	ret->time = score_time(a, b, ret, &later);
	ret->matter = score_matter(a, b, ret, &other);
	if (ret->reasons & ALIKE_IDENTICAL) {
		other = false;
		ret->matter = MATTER_MOST;
	}
	ret->score = ret->place + ret->time + ret->matter + ret->text;
	if (ret->score > ALIKE_MOST)
		ret->score = ALIKE_MOST;
	if ((elsewhere || later || other) && ret->score > ALIKE_AGAINST)
		ret->score = ALIKE_AGAINST;
}

const char *alike_reason_code(unsigned bit)
{
	static const char *const codes[] = {"near", "same_names", "same_numbers", "same_area", "same_day",
		"same_matter", "same_category", "alike_text", "identical_text"};

	return bit < sizeof(codes) / sizeof(*codes) ? codes[bit] : NULL;
}
