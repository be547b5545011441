/* base/csv.h: records, faults with their line, and cells that no spreadsheet runs. */
#include "unit.h"

#include <string.h>

#include "base/csv.h"
#include "base/fail.h"

static int make_arena(void **state)
{
	*state = arena_new();
	return *state ? 0 : -1;
}

static int free_arena(void **state)
{
	fail_arm(NULL);
	arena_free(*state);
	return 0;
}

/* The whole text in one line: fields in brackets, records with their line number, the fault at the end. */
static struct str read_all(struct arena *arena, struct str text)
{
	struct str fields[CSV_FIELDS_MAX];
	struct csv csv = csv_open(text);
	struct buf out = {.arena = arena};
	unsigned n;

	while ((n = csv_read(&csv, arena, fields)) != 0) {
		buf_printf(&out, "%u:", csv.line);
		for (unsigned i = 0; i < n; i++)
			buf_printf(&out, "[%.*s]", STR_ARG(fields[i]));
	}
	if (csv.fault)
		buf_printf(&out, "%u!%s", csv.line, csv.fault);
	return buf_str(&out);
}

static void records(void **state)
{
	assert_str(read_all(*state, STR("")), "");
	assert_str(read_all(*state, STR("a")), "1:[a]");
	assert_str(read_all(*state, STR("a,b\r\nc,d\r\n")), "1:[a][b]2:[c][d]");
	assert_str(read_all(*state, STR("a,b\nc,d")), "1:[a][b]2:[c][d]");
	assert_str(read_all(*state, STR(",\n")), "1:[][]");
	assert_str(read_all(*state, STR("a,")), "1:[a][]");
	assert_str(read_all(*state, STR("\n\r\na\n\n\nb\n")), "3:[a]6:[b]");
	assert_str(read_all(*state, STR(" a , b ")), "1:[ a ][ b ]");
	assert_str(read_all(*state, STR("\xEF\xBB\xBFmã,tên\n")), "1:[mã][tên]");
	assert_str(read_all(*state, STR("\xEF\xBB\xBF")), "");
}

static void quoted_fields(void **state)
{
	assert_str(read_all(*state, STR("\"a,b\",c")), "1:[a,b][c]");
	assert_str(read_all(*state, STR("\"\",\"\"\"\"")), "1:[][\"]");
	assert_str(read_all(*state, STR("\"say \"\"xin chào\"\" now\"\n")), "1:[say \"xin chào\" now]");
	assert_str(read_all(*state, STR("\"two\r\nlines\",x\r\ny\n")), "1:[two\r\nlines][x]3:[y]");
	assert_str(read_all(*state, STR("\"\r\"")), "1:[\r]");
}

static void faults_name_the_record(void **state)
{
	assert_str(read_all(*state, STR("a\n\"b")), "1:[a]2!a quotation mark is not closed");
	assert_str(read_all(*state, STR("a\n\"b\n\n\"\"\n")), "1:[a]2!a quotation mark is not closed");
	assert_str(read_all(*state, STR("\"")), "1!a quotation mark is not closed");
	assert_str(read_all(*state, STR("\"a\"b")), "1!something stands behind a closing quotation mark");
	assert_str(read_all(*state, STR("\"a\" ,b")), "1!something stands behind a closing quotation mark");
	assert_str(read_all(*state, STR("\"a\"\rb")), "1!something stands behind a closing quotation mark");
	assert_str(read_all(*state, STR("x,a\"b\"")), "1!a quotation mark inside a field that is not quoted");
	assert_str(read_all(*state, STR("a\n\nb\rc\n")), "1:[a]3!a carriage return without a line feed");
	assert_str(read_all(*state, STR("a\r")), "1!a carriage return without a line feed");
	assert_str(read_all(*state, STR("\r")), "1!a carriage return without a line feed");
	assert_str(read_all(*state, STR("a\nb\n\xC0\n")), "3!the text is not UTF-8");
	assert_str(read_all(*state, STR("a\0b")), "1!the text is not UTF-8");
}

static void a_fault_stays(void **state)
{
	struct csv csv = csv_open(STR("a\"\nb\n"));
	struct str fields[CSV_FIELDS_MAX];

	assert_int_equal(csv_read(&csv, *state, fields), 0);
	assert_non_null(csv.fault);
	assert_int_equal(csv_read(&csv, *state, fields), 0);
	assert_non_null(csv.fault);
}

static void as_many_fields_as_fit(void **state)
{
	char commas[CSV_FIELDS_MAX];
	struct str fields[CSV_FIELDS_MAX];
	struct csv csv;

	memset(commas, ',', sizeof(commas));
	csv = csv_open((struct str){commas, CSV_FIELDS_MAX - 1});
	assert_int_equal(csv_read(&csv, *state, fields), CSV_FIELDS_MAX);
	assert_int_equal(csv_read(&csv, *state, fields), 0);
	assert_null(csv.fault);
	csv = csv_open((struct str){commas, CSV_FIELDS_MAX});
	assert_int_equal(csv_read(&csv, *state, fields), 0);
	assert_string_equal(csv.fault, "too many fields");
}

static void fields_outlive_the_text(void **state)
{
	char text[] = "abc,\"d\"\"e\"";
	struct csv csv = csv_open(str_of(text));
	struct str fields[CSV_FIELDS_MAX];

	assert_int_equal(csv_read(&csv, *state, fields), 2);
	memset(text, 'x', sizeof(text));
	assert_str(fields[0], "abc");
	assert_str(fields[1], "d\"e");
}

static void memory_out_is_a_fault(void **state)
{
	static char text[20000];
	struct csv csv;
	struct str fields[CSV_FIELDS_MAX];

	memset(text, 'x', sizeof(text));
	csv = csv_open((struct str){text, sizeof(text)});
	fail_arm("malloc:1+");
	assert_int_equal(csv_read(&csv, *state, fields), 0);
	assert_string_equal(csv.fault, "out of memory");
}

static struct str cell(struct arena *arena, struct str text)
{
	struct buf out = {.arena = arena};

	csv_cell(&out, text, true);
	return buf_str(&out);
}

static void cells(void **state)
{
	struct buf out = {.arena = *state};

	csv_cell(&out, STR("a"), true);
	csv_cell(&out, STR_NONE, false);
	csv_cell(&out, STR("b,c"), false);
	csv_cell(&out, STR("say \"hi\""), false);
	csv_cell(&out, STR("x\ny"), false);
	csv_end(&out);
	assert_str(buf_str(&out), "a,,\"b,c\",\"say \"\"hi\"\"\",\"x\ny\"\r\n");
}

static void formulas_are_texts(void **state)
{
	static const char *const plain[] = {
		"-12.5", "+3", "+84912345678", "12", "0", "a=b", "a-b", "'x", "Hà Nội"};

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		assert_true(str_eq(cell(*state, str_of(plain[i])), str_of(plain[i])));
	assert_str(cell(*state, STR("=1+1")), "\"'=1+1\"");
	assert_str(cell(*state, STR("=cmd|' /C calc'!A0")), "\"'=cmd|' /C calc'!A0\"");
	assert_str(cell(*state, STR("@SUM(A1)")), "\"'@SUM(A1)\"");
	assert_str(cell(*state, STR("+84 912 345 678")), "\"'+84 912 345 678\"");
	assert_str(cell(*state, STR("-1+1")), "\"'-1+1\"");
	assert_str(cell(*state, STR("-")), "\"'-\"");
	assert_str(cell(*state, STR("--1")), "\"'--1\"");
	assert_str(cell(*state, STR("-1.")), "\"'-1.\"");
	assert_str(cell(*state, STR("-.5")), "\"'-.5\"");
	assert_str(cell(*state, STR("-1.5.5")), "\"'-1.5.5\"");
	assert_str(cell(*state, STR("-1,2")), "\"-1,2\"");
	assert_str(cell(*state, STR("\t=1")), "\"'\t=1\"");
	assert_str(cell(*state, STR("\r=1")), "\"'\r=1\"");
	assert_str(cell(*state, STR("\n=1")), "\"'\n=1\"");
	assert_str(cell(*state, STR("=\"a\"")), "\"'=\"\"a\"\"\"");
}

static void written_and_read(void **state)
{
	static const char *const texts[] = {
		"\357\273\277a", "", "b,c", "\"", "\"\"", "x\r\ny", " z ", "đ", ",", "\"q\"\n"};
	enum {
		N = sizeof(texts) / sizeof(*texts)
	};
	struct buf out = {.arena = *state};
	struct str fields[CSV_FIELDS_MAX];
	struct csv csv;

	for (int round = 0; round < 2; round++) {
		for (unsigned i = 0; i < N; i++)
			csv_cell(&out, str_of(texts[i]), i == 0);
		csv_end(&out);
	}
	csv = csv_open(buf_str(&out));
	for (int round = 0; round < 2; round++) {
		assert_int_equal(csv_read(&csv, *state, fields), N);
		for (unsigned i = 0; i < N; i++)
			assert_true(str_eq(fields[i], str_of(texts[i])));
	}
	assert_int_equal(csv_read(&csv, *state, fields), 0);
	assert_null(csv.fault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(records, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(quoted_fields, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(faults_name_the_record, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(a_fault_stays, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(as_many_fields_as_fit, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(fields_outlive_the_text, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(memory_out_is_a_fault, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(cells, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(formulas_are_texts, make_arena, free_arena),
		cmocka_unit_test_setup_teardown(written_and_read, make_arena, free_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
