/* PNG. */
#include <string.h>

#include <png.h>

#include "command/examine.h"
#include "command/picture.h"

enum {
	CHUNK_MAX = 1024 * 1024,
	CHUNKS_MAX = 100,
	LEVEL = 6
};

/* What is left to read, or has been written. */
struct stream {
	struct str rest;
	int fd;
	int64_t written, most;
};

static void stop(png_structp png, png_const_charp why)
{
	(void)png, (void)why;
	examine_refuse("broken");
}

static void pass(png_structp png, png_const_charp why)
{
	(void)png, (void)why;
}

static void take(png_structp png, png_bytep to, size_t n)
{
	struct stream *s = png_get_io_ptr(png);

	if (n > s->rest.len)
		examine_refuse("broken");
	memcpy(to, s->rest.at, n);
	s->rest.at += n;
	s->rest.len -= n;
}

static void give(png_structp png, png_bytep from, size_t n)
{
	struct stream *s = png_get_io_ptr(png);

	s->written += (int64_t)n;
	if (s->written <= s->most)
		examine_write(s->fd, from, n);
}

static void flush(png_structp png)
{
	(void)png;
}

/* Eight bits a colour, whatever it is in the file; alpha only where there is some. */
static unsigned simplify(png_structp png, png_infop info)
{
	unsigned type = png_get_color_type(png, info);
	bool alpha = type & PNG_COLOR_MASK_ALPHA || png_get_valid(png, info, PNG_INFO_tRNS);

	png_set_expand(png);
	png_set_strip_16(png);
	if (!(type & PNG_COLOR_MASK_COLOR))
		png_set_gray_to_rgb(png);
	return alpha ? 4 : 3;
}

struct picture picture_from_png(struct str file, int64_t most)
{
	struct stream s = {.rest = file};
	png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, stop, pass);
	png_infop info = png ? png_create_info_struct(png) : NULL;

	if (!info)
		examine_refuse("pixels");
	png_set_read_fn(png, &s, take);
	png_set_chunk_malloc_max(png, CHUNK_MAX);
	png_set_chunk_cache_max(png, CHUNKS_MAX);
	png_read_info(png, info);
	unsigned channels = simplify(png, info);
	struct picture p =
		picture_new(png_get_image_width(png, info), png_get_image_height(png, info), channels, most);
	int passes = png_set_interlace_handling(png);
	png_read_update_info(png, info);
	if (png_get_rowbytes(png, info) != (size_t)p.width * channels)
		examine_refuse("broken");
	for (int i = 0; i < passes; i++)
		for (uint32_t y = 0; y < p.height; y++)
			png_read_row(png, p.at + (size_t)y * p.width * channels, NULL);
	png_read_end(png, NULL);
	png_destroy_read_struct(&png, &info, NULL);
	return p;
}

int64_t picture_to_png(const struct picture *p, int64_t most, int fd)
{
	struct stream s = {.fd = fd, .most = most};
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, stop, pass);
	png_infop info = png ? png_create_info_struct(png) : NULL;

	if (!info)
		examine_refuse("pixels");
	png_set_write_fn(png, &s, give, flush);
	png_set_compression_level(png, LEVEL);
	png_set_IHDR(png, info, p->width, p->height, 8,
		p->channels == 4 ? PNG_COLOR_TYPE_RGBA : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
		PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (uint32_t y = 0; y < p->height && s.written <= most; y++)
		png_write_row(png, p->at + (size_t)y * p->width * p->channels);
	if (s.written <= most)
		png_write_end(png, NULL);
	png_destroy_write_struct(&png, &info);
	return s.written;
}
