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

static const int64_t MEMORY = INT64_C(256) << 20;  /* besides the pixels */
static const int64_t FILE_SIZE = INT64_C(1) << 30; /* of what is made    */

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
		if (put < 0 && errno != EINTR)
			_exit(NOT_EXAMINED); /* the disk, not the file */
		at += put > 0 ? put : 0;
		left -= put > 0 ? (size_t)put : 0;
	}
	return (int64_t)n;
}

static void keep_picture(struct picture p, struct made *ret)
{
	bool png = p.channels == 4;
	struct picture small = picture_small(&p, SMALL_SIDE);

	ret->type = png ? "image/png" : "image/jpeg";
	ret->bytes = png ? picture_to_png(&p, EXAMINE_CLEAN) : picture_to_jpeg(&p, QUALITY, EXAMINE_CLEAN);
	ret->width = p.width;
	ret->height = p.height;
	ret->small = picture_to_jpeg(&small, SMALL_QUALITY, EXAMINE_SMALL) > 0;
	free(small.at);
	free(p.at);
}

static void keep_png(struct picture p, struct made *ret)
{
	struct picture small = picture_small(&p, SMALL_SIDE);

	*ret = (struct made){"image/png", picture_to_png(&p, EXAMINE_CLEAN), p.width, p.height, true};
	picture_to_jpeg(&small, SMALL_QUALITY, EXAMINE_SMALL);
	free(small.at);
	free(p.at);
}

static void keep_as_it_is(struct str file, const char *type, const char *reason, struct made *ret)
{
	if (reason)
		examine_refuse(reason);
	*ret = (struct made){.type = type, .bytes = examine_write(EXAMINE_CLEAN, file.at, file.len)};
}

/* What a file is, its first bytes say; whether it is that, its reader. */
static void keep(struct str file, int64_t pixels, struct made *ret)
{
	if (str_starts(file, STR("\xff\xd8\xff")))
		keep_picture(picture_from_jpeg(file, pixels), ret);
	else if (str_starts(file, STR("\x89PNG\r\n\x1a\n")))
		keep_png(picture_from_png(file, pixels), ret);
	else if (str_starts(file, STR("RIFF")) && file.len > 12 && memcmp(file.at + 8, "WEBP", 4) == 0)
		keep_picture(picture_from_webp(file, pixels), ret);
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

int examine_run(char **args)
{
	struct made made = {0};
	int64_t pixels, seconds;
	char line[128];
	int n;

	if (!args[0] || !args[1] || str_to_i64(str_of(args[0]), &pixels) < 0 ||
		str_to_i64(str_of(args[1]), &seconds) < 0)
		return NOT_EXAMINED;
	struct str file = map_file();
	/* Decoded, turned, and the coefficients of a progressive one. */
	if (!file.at || !sandbox_enter(MEMORY + (int64_t)file.len + 16 * pixels, seconds, FILE_SIZE))
		return NOT_EXAMINED;
	keep(file, pixels, &made);
	n = snprintf(line, sizeof(line), "ready %s %lld %u %u %d\n", made.type, (long long)made.bytes,
		made.width, made.height, made.small);
	_exit(write(STDOUT_FILENO, line, (size_t)n) == n ? EXIT_SUCCESS : NOT_EXAMINED);
}
