/* Names that nobody knows: what has the shape of the name of a Vietnamese person, and what may be one. Places
 * have such names, too. Those of the country are left out, and what is called a street, a bridge or a school;
 * others are found with them. Among capitals, where ordinary words look like names, it takes more. */
#include "civil/personal_private.h"

enum {
	SYLLABLES = 5,	    /* of a name, at the most */
	AROUND = 5,	    /* words on each side that tell whether all is capitals */
	AROUND_SIGNS = 60,  /* and how far they are looked for                      */
	CAPITALS_LEAST = 3, /* words: fewer may be a name alone                     */
};

/* What begins at a place: capitalised words, one blank, a hyphen or an initial's dot apart. */
struct run {
	const struct sign *first;
	struct str words[SYLLABLES];
	char store[SYLLABLES][PLAIN_WORD_MAX];
	size_t ends[SYLLABLES];
	size_t n;
};

/* Each with its diacritics, which count where a word has any: "Đường" is not Dương; and without. */
static const char families[] = "nguyễn,trần,lê,phạm,hoàng,huỳnh,phan,vũ,võ,đặng,bùi,hồ,ngô,dương,lý,đinh,"
			       "doãn,đoàn,trịnh,đào,lưu,lương,phùng,vương,triệu,trương,quách,tống,nghiêm,"
			       "khúc,khuất,kiều,bạch,mạc,đàm,giáp,tôn,thạch";
static const char plain_families[] =
	"nguyen tran le pham hoang huynh phan vu vo dang bui ho ngo duong ly dinh "
	"doan trinh dao luu luong phung vuong trieu truong quach tong nghiem "
	"khuc khuat kieu bach mac dam giap ton thach";
/* Ordinary words or parts of places as well: no name of two of them is taken for one. */
static const char short_families[] =
	"lâm,mai,cao,hà,thái,châu,tăng,ninh,nông,đỗ,vi,tư,từ,mã,lò,la,tạ,tô,cà,bế,chử,chu,"
	"âu,an,quàng,quảng,giang,vàng,thào,bàn,tân,lỗ,đậu,lại,phí";
static const char plain_short_families[] =
	"lam mai cao ha thai chau tang ninh nong do vi tu ma lo la ta to ca be chu au an quang "
	"giang vang thao ban tan";
/* No other words, so that they are names among capitals. */
static const char sure_families[] = "nguyễn,huỳnh,quách,nguyen";
static const char middles[] = "thi van";
/* Begins like a name with Văn. */
static const char no_families[] = "phong so nha tam cuc vien bo khu hoi";
/* Provinces, parts of the world, and what seems to begin with a title. The places of one city are not known
 * here: some are found as names. */
static const char places[] = "ha noi,ha nam,ha tinh,ha giang,ho chi,cao bang,lam dong,lai chau,thai nguyen,"
			     "thai binh,ninh binh,ninh thuan,chau a,chau au,ba ria,ba trung,ba dinh,ba vi,"
			     "co to";
/* As they are written, so that "có" is none. */
static const char titles[] = "ông,bà,anh,chị,cô,chú,bác,thầy,em,cháu,cụ,cậu,dì,mr,mrs,ms";
/* Before a name without diacritics alone: "ba Đình" has no title. */
static const char plain_titles[] = "ong,ba,chi,co,chu,bac,thay,chau";
/* Titles of nobody in particular. */
static const char peoples[] = "anh chị,anh em,chị em,ông bà,bà con,thầy cô,cô chú,cô bác,chú bác,các cháu,"
			      "anh chi,chi em,ong ba,ba con,thay co,chú ý,em bé,cô dâu,bà già,ông già";
/* Between a title and a name. */
static const char roles[] =
	"giáo,chủ,chủ nhà,chủ quán,sĩ,sỹ,hiệu trưởng,hiệu phó,hàng xóm,bán hàng,tổ trưởng,"
	"tổ phó,trưởng thôn,trưởng phòng,chủ tịch,phó chủ tịch,bí thư,giám đốc,công an,"
	"cảnh sát,bảo vệ,lái xe,lao công,giao,chu,chu nha,si,sy,hieu truong,hieu pho,"
	"hang xom,to truong,to pho,chu tich,bi thu,giam doc,cong an,bao ve";
static const char offices[] = "ủy ban,uỷ ban,công ty,công an,cảnh sát,hội đồng,chi cục,điện lực,ban quản lý,"
			      "đô thị,do thi";

static size_t read_word(const struct sign *at, size_t i)
{
	while (plain_is_letter(at[i].plain))
		i++;
	return i;
}

/* A name as it is written, or without any diacritics. */
static bool is_written(const struct sign *at, const char *names, const char *plain_names)
{
	char store[PLAIN_WORD_MAX];

	return plain_has_marks(at) ? plain_begins(at, names)
				   : plain_is_one_of(plain_word(at, store), plain_names);
}

bool personal_is_family(const struct sign *at)
{
	char store[PLAIN_WORD_MAX];
	struct str word = plain_word(at, store);

	return plain_is_one_of(word, plain_families) || plain_is_one_of(word, plain_short_families);
}

/* Over "Nguyễn-Văn-Mẫu" and "Lê Thị Mai-Anh", not into the next name: "Lê Văn Mẫu-Lê Văn Thử". */
static bool goes_on_behind(const struct sign *at, size_t hyphen, bool hyphens)
{
	return at[hyphen].plain == '-' && at[hyphen + 1].capital &&
	       (hyphens || !personal_is_family(at + hyphen + 1));
}

static void read_run(const struct sign *at, size_t i, struct run *ret)
{
	bool hyphens = true;

	ret->first = at + i;
	for (ret->n = 0; ret->n < SYLLABLES && at[i].capital;) {
		size_t end = read_word(at, i), next = end;

		if (plain_is_word(at[end].plain))
			return;
		ret->words[ret->n] = plain_word(at + i, ret->store[ret->n]);
		ret->ends[ret->n++] = end;
		if ((end - i == 1 && at[next].plain == '.') || goes_on_behind(at, next, hyphens))
			next++;
		else if (at[next].plain != ' ')
			return;
		hyphens = hyphens && at[end].plain == '-';
		while (at[next].plain == ' ' && next - end < 3)
			next++;
		i = next;
	}
}

static bool has_middle(const struct run *run)
{
	return run->n > 2 && plain_is_one_of(run->words[1], middles);
}

static bool is_country_place(const struct run *run)
{
	struct str rest = str_of(places), pair;

	while (run->n > 1 && str_next(&rest, ',', &pair)) {
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

/* Whether a name with Thị or Văn that begins here is one of a place. "Hồ" is a lake as well, but not here. */
static bool is_shaped_place(const struct scan *s, const struct run *run)
{
	return is_country_place(run) || plain_begins(s->at + s->i, "đô thị") || is_english_place(s, run) ||
	       personal_is_site(s, SITE_STREET | SITE_NUMBER | SITE_BUILDING) ||
	       (personal_is_site_word(s) && !is_written(s->at + s->i, families, plain_families));
}

size_t personal_shaped(const struct scan *s)
{
	struct run run;

	read_run(s->at, s->i, &run);
	if (!has_middle(&run) || !personal_is_family(run.first) || is_shaped_place(s, &run) ||
		personal_is_site(s, SITE_AREA))
		return 0;
	return run.ends[run.n - 1] - s->i;
}

/* --- what may be a name --------------------------------------------------------------------------------- */

/* Adds the word at `i`, or that ends before it; false when it has a small letter. */
static bool count_capitals(const struct scan *s, size_t i, int step, unsigned *words)
{
	unsigned most = *words + AROUND;

	for (unsigned signs = 0; signs < AROUND_SIGNS && i < s->n && *words < most; signs++) {
		const struct sign *at = &s->at[i];
		bool letter = plain_is_letter(at->plain);

		if (at->small == '\n')
			break;
		if (letter && !at->capital)
			return false;
		i += (size_t)step;
		*words += letter && !(i < s->n && plain_is_letter(s->at[i].plain));
	}
	return true;
}

/* Whether all letters around are capitals. */
static bool is_among_capitals(const struct scan *s)
{
	unsigned words = 0;

	return count_capitals(s, s->i, 1, &words) && count_capitals(s, s->i - 1, -1, &words) &&
	       words >= CAPITALS_LEAST;
}

static bool is_vowel(char c)
{
	return c == PLAIN_LETTER || plain_is_one_of((struct str){&c, 1}, "a e i o u y");
}

/* "CSGT", "UBND": two capitals and more that nobody can say. */
static bool is_acronym(const struct sign *at)
{
	size_t vowels = 0, after = 0, n = 0;

	for (; at[n].capital; n++) {
		bool vowel = is_vowel(at[n].plain);

		vowels += vowel;
		after = vowel ? 0 : after + 1;
	}
	return n > 1 && (vowels == 0 || after > 2);
}

/* "Trần Mẫu ùn tắc" */
static bool is_road(const struct scan *s, const struct run *run)
{
	size_t next = personal_skip_blanks(s, run->ends[run->n - 1]);

	return plain_begins(s->at + next, "ùn tắc,tắc đường,kẹt xe,ngập sâu,ngập nặng,ngập úng,ngập nước");
}

/* Whether a name without Thị or Văn that begins here is one of a place. */
static bool is_place(const struct scan *s, const struct run *run)
{
	return is_road(s, run) || is_shaped_place(s, run) || personal_is_site_word(s) ||
	       personal_in_site(s) || personal_is_site(s, SITE_AREA | SITE_NEAR);
}

/* The least words of a name that begins as this one does. */
static size_t least_words(const struct run *run, bool capitals)
{
	if (has_middle(run) &&
		(personal_is_family(run->first) || !plain_is_one_of(run->words[0], no_families)))
		return 3;
	if (capitals && !plain_begins(run->first, sure_families))
		return SYLLABLES + 1;
	if (str_eq(run->words[0], STR("ho"))) /* a lake */
		return SYLLABLES + 1;
	if (is_written(run->first, families, plain_families))
		return 2;
	if (is_written(run->first, short_families, plain_short_families))
		return run->n < SYLLABLES ? 3 : SYLLABLES + 1;
	return SYLLABLES + 1;
}

static size_t full_name(const struct scan *s, bool capitals)
{
	struct run run;

	read_run(s->at, s->i, &run);
	if (run.n < 2 || run.n < least_words(&run, capitals) ||
		(has_middle(&run) ? is_shaped_place(s, &run) : is_place(s, &run)))
		return 0;
	return run.ends[run.n - 1] - s->i;
}

/* Where the name begins behind the title that begins here; 0: none does. Among capitals nobody knows where
 * what stands between them ends. */
static size_t behind_title(const struct scan *s, bool capitals)
{
	size_t i = read_word(s->at, s->i), end, role;
	bool plain = plain_begins(s->at + s->i, plain_titles);

	if ((!plain && !plain_begins(s->at + s->i, titles)) || plain_begins(s->at + s->i, peoples))
		return 0;
	i = personal_skip_blanks(s, personal_skip_one_of(s, i, "."));
	role = plain_longest(s->at + i, roles);
	end = role ? personal_skip_blanks(s, i + role) : i;
	return (plain && plain_has_marks(s->at + end)) || (role && capitals) ? 0 : end;
}

/* "Trường Tiểu học", "Ủy ban": what has a title before it, but is nobody's name. */
static bool is_office(const struct sign *at)
{
	size_t site = personal_site_word(at);

	for (size_t i = 0; i < site; i++)
		if (at[i].plain == ' ')
			return true;
	return plain_begins(at, offices) || is_acronym(at) ||
	       (site && at[site].plain == ' ' && personal_site_word(at + site + 1));
}

/* "phố Bà Triệu", "số 5 Bà Triệu", "phố Lê Anh Mẫu"; but "nhà số 5 bà Mận". */
static bool is_titled_place(const struct scan *s)
{
	return (personal_in_site(s) && !plain_begins(s->at + s->i, "ông,bà")) ||
	       personal_is_site(s, SITE_STREET) ||
	       (s->at[s->i].capital && personal_is_site(s, SITE_NUMBER | SITE_BUILDING));
}

/* "Bà Mận", "Cô giáo Mận" */
static size_t given_name(const struct scan *s, bool capitals)
{
	struct run titled, run;
	size_t i = behind_title(s, capitals), end, more;

	if (!i || is_office(s->at + i))
		return 0;
	read_run(s->at, s->i, &titled);
	read_run(s->at, i, &run);
	if (run.n == 0 || is_country_place(&titled) || is_country_place(&run) || is_english_place(s, &run) ||
		is_titled_place(s))
		return 0;
	end = run.ends[run.n - 1] - s->i;
	more = personal_titled(s);
	if (!capitals || is_written(run.first, families, plain_families))
		return more > end ? more : end;
	return plain_begins(s->at + s->i, "ông,bà") ? run.ends[0] - s->i : 0;
}

size_t personal_guess(const struct scan *s)
{
	bool capital = s->at[s->i].capital, capitals = capital && is_among_capitals(s);
	size_t len = capital ? full_name(s, capitals) : 0;

	return len ? len : given_name(s, capitals);
}
