/* What the helper process does with pixels, PDFs and texts; its cage is tested by tests/api. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "command/document.h"
#include "command/picture.h"

/* Two rows of three pixels, each with its number as red. */
static struct picture six(void)
{
	struct picture p = picture_new(3, 2, 3, 100);

	for (unsigned i = 0; i < 6; i++)
		memcpy(p.at + 3 * (size_t)i, (uint8_t[]){(uint8_t)i, 0, 0}, 3);
	return p;
}

static void test_orientations(void **state)
{
	static const char *const expected[] = {"012/345", "012/345", "210/543", "543/210", "345/012",
		"03/14/25", "30/41/52", "52/41/30", "25/14/03", "012/345"};

	(void)state;
	for (unsigned o = 0; o < sizeof expected / sizeof expected[0]; o++) {
		struct picture p = picture_turned(six(), o);
		char text[16], *to = text;
		for (uint32_t y = 0; y < p.height; y++) {
			for (uint32_t x = 0; x < p.width; x++)
				*to++ = (char)('0' + p.at[3 * ((size_t)y * p.width + x)]);
			*to++ = '/';
		}
		to[-1] = 0;
		assert_string_equal(text, expected[o]);
		free(p.at);
	}
}

static void test_orientation_of_exif(void **state)
{
	static const char little[] = "II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0";
	static const char big[] = "MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\x08\0\0\0\0\0\0";

	(void)state;
	assert_int_equal(picture_orientation((struct str){little, sizeof little - 1}), 6);
	assert_int_equal(picture_orientation((struct str){big, sizeof big - 1}), 8);
	assert_int_equal(picture_orientation(STR("MM\0*\xff\xff\xff\xff")), 1);
	assert_int_equal(picture_orientation(STR("XX\0*\0\0\0\x08")), 1);
	for (size_t n = 0; n < sizeof little - 1; n++) { /* cut anywhere, in a copy of the exact size */
		char *copy = malloc(n + 1);
		memcpy(copy, little, n);
		unsigned o = picture_orientation((struct str){copy, n});
		assert_true(o == 1 || o == 6 || o == 0);
		free(copy);
	}
}

static void test_small(void **state)
{
	static const uint32_t sizes[][4] = {{640, 480, 320, 240}, {480, 640, 240, 320}, {10000, 3, 320, 1},
		{1, 1, 1, 1}, {320, 320, 320, 320}, {321, 100, 320, 99}};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct picture p = picture_new(sizes[i][0], sizes[i][1], 4, INT64_MAX);
		memset(p.at, 100, (size_t)p.width * p.height * 4);
		for (size_t k = 3; k < (size_t)p.width * p.height * 4; k += 4)
			p.at[k] = 0; /* nothing is seen of it: white */
		struct picture small = picture_small(&p, 320);
		assert_int_equal(small.width, sizes[i][2]);
		assert_int_equal(small.height, sizes[i][3]);
		assert_int_equal(small.at[0], 255);
		assert_int_equal(small.at[(size_t)small.width * small.height * 3 - 1], 255);
		free(small.at);
		free(p.at);
	}
}

/* Through a file and back. */
static struct picture again(const struct picture *p, bool png)
{
	static char bytes[1 << 20];
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	int64_t n = png ? picture_to_png(p, INT64_MAX, fd) : picture_to_jpeg(p, 90, fd);

	assert_int_equal(pread(fd, bytes, sizeof bytes, 0), n);
	close(fd);
	struct str file = {bytes, (size_t)n};
	return png ? picture_from_png(file, 10000) : picture_from_jpeg(file, 10000);
}

static void test_pixels_survive(void **state)
{
	(void)state;
	for (unsigned channels = 3; channels <= 4; channels++) {
		struct picture p = picture_new(64, 48, channels, 10000);
		for (size_t i = 0; i < (size_t)64 * 48 * channels; i++)
			p.at[i] = (uint8_t)(i * 31 % 251);
		struct picture q = again(&p, true);
		assert_int_equal(q.channels, channels);
		assert_memory_equal(p.at, q.at, (size_t)64 * 48 * channels);
		free(q.at);
		free(p.at);
	}
	struct picture p = picture_new(64, 48, 3, 10000);
	for (size_t i = 0; i < (size_t)64 * 48 * 3; i++)
		p.at[i] = (uint8_t)(i / 3 % 64 < 32 ? 240 : 20);
	struct picture q = again(&p, false);
	for (size_t i = 0; i < (size_t)64 * 48 * 3; i++)
		assert_in_range(q.at[i] + 30, p.at[i], p.at[i] + 60);
	free(q.at);
	free(p.at);
}

/* Noise, which nothing makes smaller. */
static void test_a_png_has_an_end(void **state)
{
	struct picture p = picture_new(512, 512, 4, INT64_MAX);
	uint32_t noise = 1;
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);

	(void)state;
	for (size_t i = 0; i < (size_t)512 * 512 * 4; i++)
		p.at[i] = (uint8_t)((noise = noise * 1664525 + 1013904223) >> 24);
	assert_true(picture_to_png(&p, 100000, fd) > 100000);
	assert_true(lseek(fd, 0, SEEK_END) <= 100000);
	free(p.at);
	close(fd);
}

static void test_flat_on_white(void **state)
{
	struct picture p = picture_new(3, 1, 4, 100);

	(void)state;
	memcpy(p.at, (uint8_t[]){1, 2, 3, 255, 1, 2, 3, 0, 0, 100, 200, 128}, 12);
	picture_flatten(&p);
	picture_flatten(&p);
	assert_int_equal(p.channels, 3);
	assert_memory_equal(p.at, ((uint8_t[]){1, 2, 3, 255, 255, 255, 127, 177, 227}), 9);
	free(p.at);
}

static const char *pdf(const char *inside)
{
	static char text[512];
	int n = snprintf(text, sizeof text, "%%PDF-1.4\n<< %s >>\n%%%%EOF\r\n", inside);

	return document_pdf((struct str){text, (size_t)n});
}

static void test_documents(void **state)
{
	(void)state;
	assert_null(pdf("/Type /Catalog /OpenAction [1 0 R /Fit] /JSON 1 /Launcher 2"));
	assert_string_equal(pdf("/JS %x\n (x)"), "active");
	assert_string_equal(pdf("/JS 5 0 R"), "active");
	assert_null(pdf("/JS\xff /JS-5 /JS"));
	assert_string_equal(pdf("/#4a#53(x)"), "active");
	assert_string_equal(pdf("/Encrypt 1 0 R"), "encrypted");
	assert_string_equal(document_pdf(STR("%PDF-1.4\n%%EOF\nPK")), "polyglot");
	assert_string_equal(document_pdf(STR("%PDF-1.4\n/")), "polyglot");
	assert_string_equal(document_pdf(STR("%PDF-1.4\nPK\5\6\n%%EOF\n")), "polyglot");
	assert_null(document_text(STR("\xef\xbb\xbfXin ch\xc3\xa0o\r\n\tb\xe1\xba\xa1n\f")));
	assert_string_equal(document_text(STR("a\x1b")), "type");
	assert_string_equal(document_text(STR("a\xff")), "type");
	assert_string_equal(document_text(STR("a\x7f")), "type");
}

enum {
	PACKED_MAX = 1 << 18
};

/* A PDF with an object stream whose dictionary begins with `head`: `objects`, repeated, behind `first` bytes
 * of what Flate makes of them. */
static struct str packed(const char *head, const char *objects, unsigned times)
{
	static char text[PACKED_MAX];
	size_t size = strlen(objects) * times, n;
	uLongf space = PACKED_MAX / 2;
	char *all = malloc(size + 1);

	for (unsigned i = 0; i < times; i++)
		memcpy(all + i * strlen(objects), objects, strlen(objects));
	n = (size_t)sprintf(text, "%%PDF-1.5\n5 0 obj %s\r\n", head);
	assert_int_equal(compress2((Bytef *)text + n, &space, (Bytef *)all, size, 9), Z_OK);
	free(all);
	n += space;
	n += (size_t)sprintf(text + n, "\nendstream\n%%%%EOF\n");
	return (struct str){text, n};
}

static const char script[] = "1 0 4 22 << /Type /Catalog >> << /S /JavaScript /JS (app.alert\\(1\\)) >>";
static const char harmless[] = "1 0 4 22 << /Type /Catalog >> << /S /URI /URI (http://x) >>";

static void test_object_streams(void **state)
{
	static const char *const heads[] = {
		"<< /Type /ObjStm /N 2 /First 8 /Filter /FlateDecode /Length 1 >> stream",
		"<</Filter[/FlateDecode]/First 8/N 2/Type/ObjStm>>stream",
		"<< /First 8 /N 2 /Filter /FlateDecode >> % no type\nstream",
		"<< /Type /Ob#6aStm /Filter % x >>\n /Fl#61teDecode >> stream",
		"<< /X (>> \\( << () endobj) /Y <</Z [<3e3e>]>> /First 8 /Filter /FlateDecode >>stream",
		"<< /Y (obj << ) /First 8 /Filter /FlateDecode >>stream",
	};
	static const char *const closed[] = {
		"<< /Type /ObjStm /First 8 /Filter /LZWDecode >> stream",
		"<< /Type /ObjStm /First 8 /Filter [/ASCIIHexDecode /FlateDecode] >> stream",
		"<< /Type /ObjStm /First 8 /Filter [/FlateDecode /FlateDecode] >> stream",
		"<< /Type /ObjStm /First 8 /Filter 7 0 R >> stream",
		"<< /Type /ObjStm /First 8 /Filter /FlateDecode /Filter /FlateDecode >> stream",
		"<< /Type /ObjStm /First 8 /Filter /FlateDecode /DecodeParms << /Predictor 12 >> >> stream",
		"<< /Type /ObjStm /First 8 /F (x) /FFilter /FlateDecode >> stream",
	};

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		assert_string_equal(document_pdf(packed(heads[i], script, 1)), "active");
		assert_null(document_pdf(packed(heads[i], harmless, 1)));
	}
	for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++)
		assert_string_equal(document_pdf(packed(closed[i], harmless, 1)), "encrypted");
	/* What holds no objects is not opened; what lies open is seen anyway. */
	assert_null(document_pdf(packed("<< /Length 1 /Filter /LZWDecode >> stream", script, 1)));
	assert_null(document_pdf(packed("<< /Type /Outlines /First 8 0 R >> endobj stream", script, 1)));
	assert_null(document_pdf(STR("%PDF-1.5\n5 0 obj << /First 8 >> stream\n1 0 <<>>\nendstream\n%%EOF")));
}

static void test_object_streams_that_are_traps(void **state)
{
	const char *head = "<< /First 8 /Filter /FlateDecode >> stream";
	struct str file = packed(head, harmless, 1);
	size_t size = 0;
	char *text = malloc(PACKED_MAX);

	(void)state;
	assert_string_equal(document_pdf(packed(head, "0 0 0 0 0 0 0 0 ", 5 * 1024 * 1024)), "broken");
	for (size_t cut = 60; cut < file.len - 30;
		cut++) { /* the stream ends too early, in a copy of its size */
		char *copy = malloc(cut + 6);
		memcpy(copy, file.at, cut);
		memcpy(copy + cut, "\n%%EOF", 6);
		assert_string_equal(document_pdf((struct str){copy, cut + 6}), "broken");
		free(copy);
	}
	/* Each beginning would be read to the end. */
	while (size < PACKED_MAX - 100)
		size += (size_t)sprintf(text + size, "obj<<(");
	size += (size_t)sprintf(text + size, "\n%%%%EOF");
	assert_string_equal(document_pdf((struct str){text, size}), "broken");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orientations),
		cmocka_unit_test(test_orientation_of_exif),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_pixels_survive),
		cmocka_unit_test(test_a_png_has_an_end),
		cmocka_unit_test(test_flat_on_white),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_object_streams),
		cmocka_unit_test(test_object_streams_that_are_traps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
