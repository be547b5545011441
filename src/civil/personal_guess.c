/* Names that nobody knows any more: what looks like one of a Vietnamese person, with no title before it.
 * Places have such names, too, and are found with them; those of the country are left out. */
#include "civil/personal.h"

#include "civil/plain.h"

enum {
	SYLLABLES = 5, /* of a name, at the most */
};

/* What begins at a place: capitalised words, one blank or an initial's dot apart. */
struct run {
	struct str words[SYLLABLES];
	char store[SYLLABLES][PLAIN_WORD_MAX];
	size_t ends[SYLLABLES];
	size_t n;
};

static const char families[] = "nguyen tran le pham hoang huynh phan vu vo dang bui ho ngo duong ly dinh "
			       "doan lam mai trinh dao cao ha "
			       "luu luong thai chau phung vuong trieu truong quach tang tong nghiem khuc "
			       "khuat kieu bach ninh mac dam "
			       "giap ton thach nong";
/* Ordinary words as well: no name of two of them is taken for one. */
static const char short_families[] = "do vi tu ma lo la ta to ca be chu au an quang giang vang thao ban tan";
/* Provinces and parts of the world. The places of one city are not known here: some are found as names. */
static const char places[] = "ha noi,ha nam,ha tinh,ha giang,ho chi,cao bang,lam dong,lai chau,thai nguyen,"
			     "thai binh,ninh binh,ninh thuan,chau a,chau au";

static size_t read_word(const struct sign *at, size_t i)
{
	while (plain_is_letter(at[i].plain))
		i++;
	return i;
}

static void read_run(const struct sign *at, size_t i, struct run *ret)
{
	for (ret->n = 0; ret->n < SYLLABLES && at[i].capital;) {
		size_t end = read_word(at, i), next = end;

		if (plain_is_word(at[end].plain))
			return;
		ret->words[ret->n] = plain_word(at + i, ret->store[ret->n]);
		ret->ends[ret->n++] = end;
		if (end - i == 1 && at[next].plain == '.')
			next++;
		else if (at[next].plain != ' ' && at[next].plain != '-')
			return;
		while (at[next].plain == ' ' && next - end < 3)
			next++;
		i = next;
	}
}

static bool is_place(const struct run *run)
{
	struct str rest = str_of(places), pair;

	while (str_next(&rest, ',', &pair)) {
		struct str first;

		if (str_next(&pair, ' ', &first) && str_eq(first, run->words[0]) &&
			str_eq(pair, run->words[1]))
			return true;
	}
	return false;
}

/* The word that ends before the blanks before this place. */
static struct str word_before(const struct sign *at, size_t i, char store[static PLAIN_WORD_MAX])
{
	size_t end;

	while (i > 0 && at[i - 1].plain == ' ')
		i--;
	for (end = i; i > 0 && end - i < PLAIN_WORD_MAX && plain_is_word(at[i - 1].plain);)
		i--;
	return plain_word(at + i, store);
}

/* Streets are named after people, and wards have names of two words. */
static bool names_a_place(const struct sign *at, size_t i, size_t n)
{
	char store[PLAIN_WORD_MAX];
	struct str word = word_before(at, i, store);

	return plain_is_one_of(word, "pho duong ngo ngach hem kiet street road lane alley") ||
	       (n == 2 && plain_is_one_of(word, "phuong xa quan huyen tinh"));
}

static size_t least_words(const struct run *run)
{
	if (plain_is_one_of(run->words[0], families))
		return 2;
	if (plain_is_one_of(run->words[0], short_families))
		return 3;
	if (run->n > 2 && plain_is_one_of(run->words[1], "thi van") &&
		!plain_is_one_of(run->words[0], "phong so nha tam cuc vien bo khu hoi"))
		return 3;
	return SYLLABLES + 1;
}

/* The length of the name that begins at this place, 0 when none does. */
static size_t name_here(const struct sign *at, size_t i)
{
	struct run run;

	if (!at[i].capital || (i > 0 && plain_is_word(at[i - 1].plain)))
		return 0;
	read_run(at, i, &run);
	if (run.n < 2 || run.n < least_words(&run) || is_place(&run) || names_a_place(at, i, run.n))
		return 0;
	return run.ends[run.n - 1] - i;
}

/* Adds what begins before `until`, where something begins that is known to be none of it. */
static void add_before(const struct sign *at, size_t *i, size_t until, struct personal_findings *all,
	struct personal_finding *store)
{
	while (*i < until) {
		size_t len = name_here(at, *i);

		if (len > until - *i)
			len = until - *i;
		while (len > 0 && !plain_is_word(at[*i + len - 1].plain))
			len--;
		if (len)
			store[all->n++] = (struct personal_finding){PERSONAL_NAME, *i, len};
		*i += len ? len : 1;
	}
}

bool personal_find_guessed(
	struct arena *arena, struct str text, struct str name, struct personal_findings *ret)
{
	struct personal_findings sure;
	struct personal_finding *store = arena_try(arena, (str_code_points(text) + 1) * sizeof(*store));
	size_t n = 0, i = 0;
	const struct sign *at = plain_read(arena, text, &n);

	*ret = (struct personal_findings){.at = store};
	if (!store)
		arena_fail(arena);
	if (!store || !at || !personal_find_with(arena, text, name, &sure))
		return false;
	for (size_t k = 0; k < sure.n; k++) {
		add_before(at, &i, sure.at[k].at, ret, store);
		store[ret->n++] = sure.at[k];
		i = sure.at[k].at + sure.at[k].len;
	}
	add_before(at, &i, n, ret, store);
	return true;
}
