/* Places that are named after people, and what else has a name: "phố Lê Văn Mẫu", "Trường Tiểu học Kim Liên",
 * "ngõ 12 Lê Mẫu". Each is read where its word begins, and its name is remembered until the next one. */
#include "civil/personal_private.h"

#include <uchar.h>

enum {
	SITE_WORD_MAX = 16,
	NAME_WORDS = 5,	  /* of a place, at the most                            */
	NUMBER_DIGITS = 4 /* of a house; what begins with more is a telephone */
};
enum number {
	NO,
	MAY,
	MUST
};

static const struct site_word {
	char32_t text[SITE_WORD_MAX];
	unsigned kind;
	enum number number;
	bool links;
} words[] = {
#define SITE(text, kind, number, links) {U##text, kind, number, links},
#include "civil/personal_sites.def"
};

/* What ends like one of them. */
static const char no_sites[] =
	"dân phố,dan pho,khu phố,khu pho,thành phố,thanh pho,sang đường,qua đường,yêu cầu,"
	"nhu cầu,môi trường,thị trường,hiện trường,nhà trường,lập trường,nói trên,cấp trên,bên trên,"
	"thủ đoạn,trực tuyến,trưởng thôn,trưởng làng,trưởng khu,đơn số,hồ sơ số,phiếu số,biên bản số,văn bản "
	"số,công văn số,"
	"quyết định số,thông báo số,giấy số,căn hộ số,phòng số,tổ số,bàn số,mẫu số,ô số,quầy số,"
	"thửa số,tờ số";
static const char people_do[] =
	"đề nghị,de nghi,phản ánh,phan anh,kiến nghị,kien nghi,yêu cầu,cho biết,"
	"báo,bao,tố cáo,khiếu nại,gọi,goi,xin,nói,hỏi,mong,viết,kêu,đổ,xây,nuôi,lấn,mở,"
	"đánh,chửi,hát,nhũng,thu,là,sống,trú,sinh,do rac,xay,nuoi";

static size_t skip_in_line(const struct scan *s, size_t i)
{
	while (s->at[i].plain == ' ' && s->at[i].small != '\n' && i < s->n)
		i++;
	return i;
}

static size_t word_length(const struct sign *at, const char32_t *text)
{
	size_t n = 0;

	while (text[n] && at[n].small == (int32_t)text[n])
		n++;
	return !text[n] && (text[n - 1] == '.' || !plain_is_word(at[n].plain)) ? n : 0;
}

/* The longest word for a place that begins here; NULL: none does. */
static const struct site_word *find_word(const struct sign *at, size_t *ret_len)
{
	const struct site_word *found = NULL;

	*ret_len = 0;
	for (const struct site_word *w = words; w < words + sizeof(words) / sizeof(*words); w++) {
		size_t len = at->small == (int32_t)w->text[0] ? word_length(at, w->text) : 0;

		if (len > *ret_len) {
			found = w;
			*ret_len = len;
		}
	}
	return found;
}

size_t personal_site_word(const struct sign *at)
{
	size_t len;

	find_word(at, &len);
	return len;
}

/* Where the capitalised words from `i` on end, so many at the most. */
static size_t skip_capitalised(const struct scan *s, size_t i, unsigned most)
{
	size_t end = i;

	for (unsigned n = 0; n < most && s->at[i].capital; n++) {
		while (plain_is_word(s->at[i].plain))
			i++;
		end = i;
		if (s->at[i].plain == ' ' || s->at[i].plain == '.')
			i = skip_in_line(s, i + (s->at[i].plain == '.'));
	}
	return end;
}

/* A name that is not like one of a person counts as no more than its first word: others may begin behind. */
static void set_name(struct scan *s, size_t i)
{
	bool person = personal_is_family(s->at + i) || personal_is_title(s->at + i);

	s->site.name = i;
	s->site.next = skip_capitalised(s, i, NAME_WORDS);
	s->site.end = person ? s->site.next : skip_capitalised(s, i, 1);
}

/* Behind the number of a house or a lane; `i` where none is. */
static size_t skip_number(const struct scan *s, size_t i)
{
	size_t end = personal_house_number(s, i), digits = 0;

	while (plain_is_digit(s->at[i + digits].plain))
		digits++;
	return end && digits <= NUMBER_DIGITS ? end : i;
}

/* "150.000 đ." */
static bool is_behind_digit(const struct scan *s)
{
	return s->i > 1 && personal_before(s) == ' ' && plain_is_digit(s->at[s->i - 2].plain);
}

static void begin_site(struct scan *s, const struct site_word *word, size_t len)
{
	size_t i = skip_in_line(s, s->i + len), behind = word->number == NO ? i : skip_number(s, i);
	bool numbered = behind > i;

	if ((word->number == MUST && !numbered) || plain_follows(s->at, s->i + len, no_sites) ||
		(s->at[s->i + len - 1].plain == '.' && is_behind_digit(s)))
		return;
	s->site = (struct site){
		.kind = numbered ? SITE_NUMBER : word->kind, .links = word->links, .from = s->i};
	set_name(s, skip_in_line(s, behind));
}

/* Behind what stands between two streets; `ret_sure`: not only in a list of whatever. 0: nothing does. */
static size_t link_end(const struct scan *s, bool *ret_sure)
{
	static const char *const between[] = {"giao với", "giao", "cắt", "với", "đến", "tới", "và"};
	size_t i = skip_in_line(s, s->i);
	char c = s->at[i].plain;

	*ret_sure = c == '-' || c == PLAIN_OTHER || c == '/';
	if (*ret_sure || c == ',')
		return i + 1;
	for (size_t k = 0; k < sizeof(between) / sizeof(*between); k++)
		if (plain_begins(s->at + i, between[k])) {
			*ret_sure = k < sizeof(between) / sizeof(*between) - 1;
			return i + str_code_points(str_of(between[k]));
		}
	return 0;
}

/* "Nút Lê Mẫu - Vũ Thử, Đỗ Mẫu": the next name is one of a street as well, if nobody of that name does
 * something. */
static void go_on(struct scan *s)
{
	bool sure;
	size_t i = link_end(s, &sure), end;

	if (!i)
		return;
	i = skip_in_line(s, i);
	end = skip_capitalised(s, i, NAME_WORDS);
	if (end == i || plain_begins(s->at + skip_in_line(s, end), people_do))
		return;
	s->site.from = i;
	set_name(s, i);
	s->site.linked = true;
	if (!s->site.links || !sure || personal_is_title(s->at + i))
		s->site.kind = SITE_NEAR;
}

void personal_read_site(struct scan *s)
{
	const struct site_word *word;
	size_t len;

	if (s->i > 0 && s->i == s->site.next && s->site.name < s->i) {
		if ((s->site.kind & (SITE_STREET | SITE_NUMBER)) || s->site.links || s->site.linked)
			go_on(s);
		return;
	}
	if (!plain_is_letter(s->at[s->i].plain) || plain_is_word(personal_before(s)))
		return;
	word = find_word(s->at + s->i, &len);
	if (word)
		begin_site(s, word, len);
}

bool personal_is_site(const struct scan *s, unsigned sites)
{
	return s->site.kind & sites && s->i == s->site.name;
}

bool personal_in_site(const struct scan *s)
{
	return s->site.kind && s->i > s->site.name && s->i < s->site.end;
}

bool personal_is_site_word(const struct scan *s)
{
	return s->site.kind && s->i >= s->site.from && s->i < s->site.name;
}
