/* Names that nobody knows: what has the shape of the name of a Vietnamese person, and what may be one. Places
 * have such names, too. Those of the country are left out, and what is called a street, a bridge or a school;
 * others are found with them. */
#include "civil/personal_private.h"

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
static const char middles[] = "thi van";
/* Provinces, parts of the world, and what seems to begin with a title. The places of one city are not known
 * here: some are found as names. */
static const char places[] = "ha noi,ha nam,ha tinh,ha giang,ho chi,cao bang,lam dong,lai chau,thai nguyen,"
			     "thai binh,ninh binh,ninh thuan,chau a,chau au,ba ria,ba trung,ba dinh,ba vi,"
			     "co to";
/* As they are written, so that "có" is none. */
static const char titles[] =
	"ông,ong,bà,ba,anh,chị,chi,cô,co,chú,chu,bác,bac,thầy,thay,em,cháu,chau,cụ,cậu,dì,"
	"mr,mrs,ms";

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

static bool is_country_place(const struct run *run)
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

/* "Nguyen Van Cu Street" */
static bool is_english_place(const struct scan *s, const struct run *run)
{
	static const char kinds[] =
		"street road lane alley avenue bridge school hospital market park lake ward";
	char store[PLAIN_WORD_MAX];
	size_t next = personal_skip_blanks(s, run->ends[run->n - 1]);

	for (size_t i = 1; i < run->n; i++)
		if (plain_is_one_of(run->words[i], kinds))
			return true;
	return plain_is_one_of(plain_word(s->at + next, store), kinds);
}

static bool is_place(const struct scan *s, const struct run *run)
{
	return (run->n > 1 && is_country_place(run)) || plain_begins(s->at + s->i, "đô thị") ||
	       is_english_place(s, run) || personal_is_site(s, SITE_STREET | SITE_BUILDING);
}

static bool is_family(const struct scan *s)
{
	char store[PLAIN_WORD_MAX];
	struct str word = plain_word(s->at + s->i, store);

	return plain_is_one_of(word, families) || plain_is_one_of(word, short_families);
}

size_t personal_shaped(const struct scan *s)
{
	struct run run;

	if (!s->at[s->i].capital || !is_family(s))
		return 0;
	read_run(s->at, s->i, &run);
	if (run.n < 3 || !plain_is_one_of(run.words[1], middles) || is_place(s, &run) ||
		personal_is_site(s, SITE_AREA))
		return 0;
	return run.ends[run.n - 1] - s->i;
}

/* --- what may be a name --------------------------------------------------------------------------------- */

/* The later words of a street's name: "phố Nguyễn Lương Bằng". */
static bool goes_on_in_street(const struct scan *s)
{
	struct scan word = *s;

	for (unsigned words = 0; words < 3; words++) {
		size_t end = word.i;

		if (end < 2 || s->at[end - 1].plain != ' ')
			return false;
		for (word.i--; word.i > 0 && end - word.i < PLAIN_WORD_MAX; word.i--)
			if (!plain_is_letter(s->at[word.i - 1].plain))
				break;
		if (!s->at[word.i].capital)
			return false;
		if (is_family(&word) && personal_is_site(&word, SITE_STREET))
			return true;
	}
	return false;
}

static size_t least_words(const struct run *run)
{
	if (plain_is_one_of(run->words[0], families))
		return 2;
	if (plain_is_one_of(run->words[0], short_families))
		return 3;
	if (run->n > 2 && plain_is_one_of(run->words[1], middles) &&
		!plain_is_one_of(run->words[0], "phong so nha tam cuc vien bo khu hoi"))
		return 3;
	return SYLLABLES + 1;
}

/* Wards have names of two words. */
static size_t full_name(const struct scan *s)
{
	struct run run;

	read_run(s->at, s->i, &run);
	if (run.n < 2 || run.n < least_words(&run) || is_place(s, &run) ||
		(run.n == 2 && personal_is_site(s, SITE_AREA)) || goes_on_in_street(s))
		return 0;
	return run.ends[run.n - 1] - s->i;
}

/* "Bà Mận" */
static size_t given_name(const struct scan *s)
{
	struct run run;
	size_t i = read_word(s->at, s->i);

	if (!plain_begins(s->at + s->i, titles))
		return 0;
	read_run(s->at, s->i, &run);
	if (run.n > 0 && is_place(s, &run))
		return 0;
	read_run(s->at, personal_skip_blanks(s, personal_skip_one_of(s, i, ".")), &run);
	return run.n > 0 && !is_place(s, &run) ? run.ends[run.n - 1] - s->i : 0;
}

size_t personal_guess(const struct scan *s)
{
	size_t len = s->at[s->i].capital ? full_name(s) : 0;

	return len ? len : given_name(s);
}
