/* tiepdan examine: one file of a stranger, in a process that can do nothing else. */
#include "command/examine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/document.h"
#include "command/picture.h"
#include "command/sandbox.h"

enum {
	QUALITY = 90,
	SMALL_QUALITY = 80,
	SMALL_SIDE = 320,
	NOT_EXAMINED = 3 /* exit status: no verdict */
};

static const int64_t MEMORY = INT64_C(256) << 20; /* besides the pixels */

struct limits {
	int64_t pixels, seconds, bytes;
};

/* What is made of the file. */
struct made {
	const char *type;
	int64_t bytes;
	uint32_t width, height;
	bool small;
};

_Noreturn void examine_refuse(const char *reason)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "refused %s\n", reason);

	if (write(STDOUT_FILENO, line, (size_t)n) != n)
		_exit(NOT_EXAMINED);
	_exit(EXIT_SUCCESS);
}

int64_t examine_write(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;

	for (size_t left = n; left > 0;) {
		ssize_t put = write(fd, at, left);
		if (put < 0 && errno == EFBIG)
			examine_refuse("pixels");
		if (put < 0 && errno != EINTR)
			_exit(NOT_EXAMINED); /* the disk, not the file */
		at += put > 0 ? put : 0;
		left -= put > 0 ? (size_t)put : 0;
	}
	return (int64_t)n;
}

static void keep_small(struct picture p, struct made *made)
{
	struct picture small = picture_small(&p, SMALL_SIDE);

	made->small = picture_to_jpeg(&small, SMALL_QUALITY, EXAMINE_SMALL) > 0;
	free(small.at);
	free(p.at);
}

static void keep_jpeg(struct picture p, struct made *ret)
{
	picture_flatten(&p);
	*ret = (struct made){
		"image/jpeg", picture_to_jpeg(&p, QUALITY, EXAMINE_CLEAN), p.width, p.height, false};
	keep_small(p, ret);
}

/* PNG repeats what is near only: two rows that take turns are nothing in a WebP, and as much as their pixels
 * in a PNG. */
static void keep_png(struct picture p, int64_t most, struct made *ret)
{
	int64_t bytes = picture_to_png(&p, most, EXAMINE_CLEAN);

	if (bytes > most) {
		if (lseek(EXAMINE_CLEAN, 0, SEEK_SET) != 0 || ftruncate(EXAMINE_CLEAN, 0) < 0)
			_exit(NOT_EXAMINED);
		keep_jpeg(p, ret);
		return;
	}
	*ret = (struct made){"image/png", bytes, p.width, p.height, false};
	keep_small(p, ret);
}

static void keep_webp(struct picture p, int64_t most, struct made *ret)
{
	if (p.channels == 4)
		keep_png(p, most, ret);
	else
		keep_jpeg(p, ret);
}

static void keep_as_it_is(struct str file, const char *type, const char *reason, struct made *ret)
{
	if (reason)
		examine_refuse(reason);
	*ret = (struct made){.type = type, .bytes = examine_write(EXAMINE_CLEAN, file.at, file.len)};
}

/* What a file is, its first bytes say; whether it is that, its reader. */
static void keep(struct str file, const struct limits *most, struct made *ret)
{
	if (str_starts(file, STR("\xff\xd8\xff")))
		keep_jpeg(picture_from_jpeg(file, most->pixels), ret);
	else if (str_starts(file, STR("\x89PNG\r\n\x1a\n")))
		keep_png(picture_from_png(file, most->pixels), most->bytes, ret);
	else if (str_starts(file, STR("RIFF")) && file.len > 12 && memcmp(file.at + 8, "WEBP", 4) == 0)
		keep_webp(picture_from_webp(file, most->pixels), most->bytes, ret);
	else if (str_starts(file, STR("%PDF-")))
		keep_as_it_is(file, "application/pdf", document_pdf(file), ret);
	else
		keep_as_it_is(file, "text/plain", document_text(file), ret);
}

static struct str map_file(void)
{
	struct stat st;
	void *at;

	if (fstat(EXAMINE_RAW, &st) < 0 || st.st_size <= 0)
		return STR_NONE;
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, EXAMINE_RAW, 0);
	return at == MAP_FAILED ? STR_NONE : (struct str){at, (size_t)st.st_size};
}

static bool read_limits(char *const *args, struct limits *ret)
{
	int64_t *const numbers[] = {&ret->pixels, &ret->seconds, &ret->bytes};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!args[i] || str_to_i64(str_of(args[i]), numbers[i]) < 0)
			return false;
	return true;
}

int examine_run(char **args)
{
	struct made made = {0};
	struct limits most;
	char line[128];
	int n;

	if (!read_limits(args, &most))
		return NOT_EXAMINED;
	struct str file = map_file();
	/* Decoded, turned, and the coefficients of a progressive one. */
	int64_t memory = MEMORY + (int64_t)file.len + 16 * most.pixels;
	if (!file.at || !sandbox_enter(memory, most.seconds, most.bytes))
		return NOT_EXAMINED;
	keep(file, &most, &made);
	n = snprintf(line, sizeof(line), "ready %s %lld %u %u %d\n", made.type, (long long)made.bytes,
		made.width, made.height, made.small);
	_exit(write(STDOUT_FILENO, line, (size_t)n) == n ? EXIT_SUCCESS : NOT_EXAMINED);
}
