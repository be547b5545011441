/* Asks 5,000 rules about tickets, our way or one rule after the other, and tells how many tickets a second
 * of one core does: load_routing ours|one_by_one|fold|check SECONDS. `fold` only folds their texts, `check`
 * checks the rules. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "civil/rules_program.h"
#include "civil/text.h"

enum {
	RULES = 5000,
	TICKETS = 10000,
	SYLLABLES = 100,
	AREAS = 126,
	FIELDS_OF_WORK = 15,
	PARTS = 4, /* of each field */
	CATEGORIES = FIELDS_OF_WORK * (PARTS + 1),
	KINDS = 12,
	OFFICES = 40,
	DEPARTMENTS = OFFICES + AREAS,
	PHRASES = 3, /* of a rule, at most */
	NONE = -1,
	EAST = 7 * 3600
};

/* A rule as the slow side keeps it. */
struct spec {
	int kind, category, area, level, department, tag, from, until;
	struct str phrases[PHRASES];
	int nphrases;
	bool stops;
};

struct ticket {
	struct rule_facts facts;
	struct str text, padded; /* as it came; folded with a blank at both ends */
	int kind, category, area, minute;
};

static struct kind kinds[KINDS];
static struct category categories[CATEGORIES];
static struct area areas[AREAS + 1];
static struct department departments[DEPARTMENTS];
static struct spec specs[RULES];
static struct ticket tickets[TICKETS];
static const struct rules_program *program;
static const struct rules *rules;
static const struct city *city;
static const char *const levels[] = {"normal", "urgent", "complex"};
static uint64_t seed = 20261126;

/* What people write, in pieces; rules ask for parts of them. */
static const char *const pieces[] = {"mặt đường có ổ gà rất sâu", "cây xanh bị bật gốc sau cơn bão",
	"đèn chiếu sáng hỏng đã nhiều ngày", "nước thải tràn ra lòng đường",
	"rác thải sinh hoạt chất thành đống", "quán karaoke mở loa quá to",
	"xây dựng không phép trên đất nông nghiệp", "vỉa hè bị lấn chiếm để bán hàng",
	"đèn tín hiệu giao thông không hoạt động", "ống nước sạch bị vỡ", "cống thoát nước tắc gây ngập úng",
	"dây điện rơi xuống đường rất nguy hiểm", "xe buýt bỏ bến không đón khách", "nắp cống bị mất",
	"trường học thu tiền ngoài quy định", "bệnh viện không giải quyết bảo hiểm",
	"cán bộ có thái độ hách dịch", "hồ sơ đất đai quá hạn chưa trả", "chó thả rông cắn người",
	"nhà hàng dùng thực phẩm bẩn", "khói bụi từ nhà máy gây ô nhiễm", "taxi không bật đồng hồ tính tiền",
	"trẻ em bị bạo hành", "công trình làm ồn vào ban đêm", "bãi đỗ xe thu quá giá",
	"cột điện nghiêng sắp đổ", "đề nghị cơ quan chức năng kiểm tra", "gia đình tôi đã nhiều lần phản ánh",
	"mong sớm được xử lý", "người dân trong ngõ rất bức xúc", "tôi xin trân trọng cảm ơn",
	"sự việc kéo dài từ tháng trước", "ảnh hưởng đến sinh hoạt và sức khỏe", "nhất là vào giờ cao điểm",
	"ngay trước cổng chợ", "gần trạm y tế phường", "đối diện trường tiểu học",
	"đã báo tổ dân phố nhưng chưa thấy ai đến", "xin cho biết thời hạn giải quyết",
	"trời mưa là đi lại rất khó khăn"};

enum {
	PIECES = sizeof(pieces) / sizeof(pieces[0])
};

static int below(int n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (int)((seed >> 33) % (unsigned)n);
}

/* --- The city --- */

static void make_departments(struct arena *arena)
{
	for (int i = 0; i < DEPARTMENTS; i++)
		departments[i] = (struct department){.id = i + 1,
			.code = i < OFFICES ? arena_printf(arena, "HN-S%02d", i)
					    : arena_printf(arena, "UBND-%05d", (i - OFFICES) * 33 + 4),
			.valid_from = INT32_MIN,
			.valid_to = INT32_MAX};
}

static void make_lists(struct arena *arena)
{
	for (int i = 0; i < KINDS; i++)
		kinds[i].code = arena_printf(arena, "kind_%d", i);
	for (int i = 0; i < CATEGORIES; i++) {
		int field = i / (PARTS + 1), part = i % (PARTS + 1);
		struct str top = arena_printf(arena, "field_%02d", field);

		categories[i] =
			(struct category){.code = top, .valid_from = INT32_MIN, .valid_to = INT32_MAX};
		if (part > 0) {
			categories[i].parent = top;
			categories[i].code = arena_printf(arena, "%.*s.part_%d", STR_ARG(top), part);
		}
	}
	for (int i = 0; i <= AREAS; i++)
		areas[i] = (struct area){.code = arena_printf(arena, "%05d", i * 33 + 4),
			.parent = STR("01"),
			.valid_from = INT32_MIN,
			.valid_to = INT32_MAX};
	areas[AREAS] = (struct area){.code = STR("01"), .valid_from = INT32_MIN, .valid_to = INT32_MAX};
}

static const struct city *make_city(struct arena *arena)
{
	static const struct zone_offset zone = {INT64_MIN, EAST};
	static const struct calendar_hours hours = {0, 8 * 3600, 17 * 3600, CALENDAR_ALWAYS};
	const struct calendar_source source = {.code = STR("office"),
		.hours = &hours,
		.nhours = 1,
		.offsets = &zone,
		.noffsets = 1,
		.first_year = 2026,
		.last_year = 2027};
	struct city parts = {.hub = STR("HN-S00"),
		.departments = departments,
		.ndepartments = DEPARTMENTS,
		.kinds = kinds,
		.nkinds = KINDS,
		.categories = categories,
		.ncategories = CATEGORIES,
		.areas = areas,
		.nareas = AREAS + 1,
		.calendar = calendar_compile(arena, &source)};
	struct str reason;

	make_departments(arena);
	make_lists(arena);
	return city_build(arena, &parts, &reason);
}

/* --- The rules --- */

/* Two to four syllables of a piece. */
static struct str some_phrase(struct arena *arena)
{
	struct str folded = text_fold(arena, str_of(pieces[below(PIECES)])), rest = folded, syllable;
	int skip = below(4), take = 2 + below(3);
	const char *begin = folded.at, *end = folded.at + folded.len;

	for (int i = 0; i < skip + take && str_next(&rest, ' ', &syllable); i++) {
		if (i == skip)
			begin = syllable.at;
		end = syllable.at + syllable.len;
	}
	/* Now and then one that hardly anybody writes. */
	if (below(3) == 0)
		return arena_printf(arena, "%.*s %d", (int)(end - begin), begin, below(1000));
	return (struct str){begin, (size_t)(end - begin)};
}

static struct spec some_rule(struct arena *arena, int number)
{
	struct spec s = {
		.kind = NONE, .category = NONE, .area = NONE, .level = NONE, .from = NONE, .tag = number};
	int shape = below(100);

	s.department = below(DEPARTMENTS);
	s.stops = below(20) == 0;
	if (shape < 75 || shape >= 90)
		s.category = below(CATEGORIES);
	if (shape < 40 || (shape >= 65 && shape < 90))
		s.area = below(AREAS);
	if (shape >= 40 && shape < 90)
		for (s.nphrases = 0; s.nphrases < 1 + shape % PHRASES; s.nphrases++)
			s.phrases[s.nphrases] = some_phrase(arena);
	if (below(3) == 0)
		s.kind = below(KINDS);
	if (below(10) == 0)
		s.level = below(3);
	if (below(10) == 0) {
		s.from = below(1439);
		s.until = s.from + 1 + below(1439 - s.from);
	}
	return s;
}

static void put_test(struct buf *out, size_t begin, const char *word, struct str value)
{
	buf_printf(out, "%s%s = %.*s", out->len > begin ? " and " : "", word, STR_ARG(value));
}

static void put_condition(struct buf *out, const struct spec *s)
{
	size_t begin = out->len;

	if (s->kind != NONE)
		put_test(out, begin, "kind", kinds[s->kind].code);
	if (s->category != NONE)
		put_test(out, begin, "category", categories[s->category].code);
	if (s->area != NONE)
		put_test(out, begin, "area", areas[s->area].code);
	if (s->level != NONE)
		put_test(out, begin, "level", str_of(levels[s->level]));
	if (s->from != NONE)
		buf_printf(out, " and time = %02d:%02d-%02d:%02d", s->from / 60, s->from % 60, s->until / 60,
			s->until % 60);
	for (int i = 0; i < s->nphrases; i++)
		buf_printf(out, "%s\"%.*s\"",
			i		   ? ", "
			: out->len > begin ? " and text has "
					   : "text has ",
			STR_ARG(s->phrases[i]));
}

static struct str make_rules(struct arena *arena)
{
	struct buf out = {.arena = arena};

	for (int i = 0; i < RULES; i++) {
		struct spec *s = &specs[i];

		*s = some_rule(arena, i);
		buf_printf(&out, "rule r%d when ", i);
		put_condition(&out, s);
		buf_printf(&out, " then department %.*s; tag t%d%s\n",
			STR_ARG(departments[s->department].code), s->tag, s->stops ? "; stop" : "");
	}
	return buf_str(&out);
}

/* --- The tickets --- */

static struct str make_text(struct arena *arena)
{
	struct buf out = {.arena = arena};

	for (int n = 0; n < SYLLABLES;) {
		struct str piece = str_of(pieces[below(PIECES)]), syllable;

		buf_printf(&out, "%s%.*s", n ? below(2) ? ", " : ". " : "", STR_ARG(piece));
		while (str_next(&piece, ' ', &syllable))
			n++;
	}
	return buf_str(&out);
}

static void make_ticket(struct arena *arena, struct ticket *t)
{
	t->kind = below(KINDS);
	t->category = below(CATEGORIES);
	t->area = below(AREAS);
	t->minute = below(24 * 60);
	t->text = make_text(arena);
	t->facts = (struct rule_facts){.kind = kinds[t->kind].code,
		.category = categories[t->category].code,
		.area = areas[t->area].code,
		.language = STR("vi"),
		.channel = STR("web"),
		.level = str_of(levels[below(3)]),
		.folded = text_fold(arena, t->text),
		.at = (int64_t)20783 * 86400 - EAST + t->minute * 60};
	t->padded = arena_printf(arena, " %.*s ", STR_ARG(t->facts.folded));
}

/* --- The sides --- */

static uint64_t outcome_sum(int department, int ntags, int last)
{
	return (uint64_t)(department + 1) * 1000003U + (uint64_t)ntags * 7919U + (uint64_t)last + 1;
}

static uint64_t ours(const struct ticket *t)
{
	struct arena *arena = arena_new();
	struct rule_outcome o;
	const struct rule_list *tags = &o.list[EFFECT_TAG - EFFECT_SINGLES];
	int department = NONE;

	if (!arena)
		abort();
	rules_run(program, arena, &t->facts, &o);
	arena_free(arena);
	if (o.single[EFFECT_DEPARTMENT].at)
		department = specs[o.by[EFFECT_DEPARTMENT]].department;
	return outcome_sum(department, (int)tags->n, o.ntaken ? (int)o.taken[o.ntaken - 1].rule : NONE);
}

static bool says(const struct str *phrases, int n, struct str padded)
{
	for (int i = 0; i < n; i++)
		for (const char *at = padded.at; (at = strstr(at, phrases[i].at)); at++)
			return true;
	return n == 0;
}

static bool matches(const struct spec *s, const struct ticket *t)
{
	struct str category = t->facts.category;

	if (s->kind != NONE && !str_eq(kinds[s->kind].code, t->facts.kind))
		return false;
	if (s->category != NONE && !str_eq(categories[s->category].code, category) &&
		!str_eq(categories[s->category].code, categories[t->category].parent))
		return false;
	if (s->area != NONE && !str_eq(areas[s->area].code, t->facts.area))
		return false;
	if (s->level != NONE && !str_eq(str_of(levels[s->level]), t->facts.level))
		return false;
	if (s->from != NONE && (t->minute < s->from || t->minute >= s->until))
		return false;
	return says(s->phrases, s->nphrases, t->padded);
}

/* The usual way: all rules in their order. */
static uint64_t one_by_one(const struct ticket *t)
{
	int department = NONE, ntags = 0, last = NONE, taken = 0;

	for (int i = 0; i < RULES && taken < RULES_TAKEN_MAX; i++) {
		if (!matches(&specs[i], t))
			continue;
		if (department == NONE)
			department = specs[i].department;
		else if (ntags == RULES_LISTED_MAX && !specs[i].stops)
			continue;
		ntags += ntags < RULES_LISTED_MAX;
		last = i;
		taken++;
		if (specs[i].stops)
			break;
	}
	return outcome_sum(department, ntags, last);
}

static uint64_t fold(const struct ticket *t)
{
	struct arena *arena = arena_new();
	struct str folded = arena ? text_fold(arena, t->text) : STR_NONE;
	uint64_t len = folded.len;

	arena_free(arena);
	return len;
}

static uint64_t check(const struct ticket *t)
{
	struct arena *arena = arena_new();
	struct rules_faults faults;

	(void)t;
	if (!arena)
		abort();
	faults = rules_check(arena, rules, city, 20783);
	arena_free(arena);
	return faults.n;
}

static const struct side {
	const char *name;
	uint64_t (*way)(const struct ticket *t);
} sides[] = {{"ours", ours}, {"one_by_one", one_by_one}, {"fold", fold}, {"check", check}};

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Both sides say the same of all tickets. */
static bool make_all(struct arena *arena, size_t *ret_bytes, double *ret_seconds)
{
	struct rules_faults faults;
	size_t before;
	struct str text;
	double began;

	city = make_city(arena);
	text = make_rules(arena);
	before = arena_used(arena);
	began = cpu_seconds();
	rules = city ? rules_read(arena, RULES_ROUTING, text, &faults) : NULL;
	if (!rules)
		return false;
	program = rules_compile(arena, rules, city);
	*ret_seconds = cpu_seconds() - began;
	*ret_bytes = arena_used(arena) - before;
	for (int i = 0; i < RULES; i++)
		for (int k = 0; k < specs[i].nphrases; k++)
			specs[i].phrases[k] = arena_printf(arena, " %.*s ", STR_ARG(specs[i].phrases[k]));
	for (int i = 0; i < TICKETS; i++) {
		make_ticket(arena, &tickets[i]);
		if (ours(&tickets[i]) != one_by_one(&tickets[i]))
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	uint64_t (*way)(const struct ticket *) = NULL, sum = 0;
	struct arena *arena = arena_new();
	double seconds = argc == 3 ? strtod(argv[2], NULL) : 0, began, spent, compiled;
	size_t bytes;
	int64_t done = 0;

	for (unsigned i = 0; i < sizeof(sides) / sizeof(sides[0]) && argc == 3; i++)
		if (strcmp(argv[1], sides[i].name) == 0)
			way = sides[i].way;
	if (!arena || !way || seconds <= 0)
		return 2;
	if (!make_all(arena, &bytes, &compiled))
		return 1;
	began = cpu_seconds();
	do {
		sum += way(&tickets[done % TICKETS]);
		done++;
		spent = done % 64 == 0 || way == check ? cpu_seconds() - began : 0;
	} while (spent < seconds);
	printf("{\"done\":%lld,\"seconds\":%.6f,\"sum\":%llu,\"compile_ms\":%.1f,\"bytes\":%zu}\n",
		(long long)done, spent, (unsigned long long)sum, compiled * 1000, bytes);
	arena_free(arena);
	return 0;
}
