/* JPEG. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#include "command/examine.h"
#include "command/picture.h"

enum {
	MARKER_EXIF = JPEG_APP0 + 1,
	MARKER_MAX = 0xFFFF,
	EXIF_HEAD = 6 /* "Exif" and two zero bytes */
};

static void stop(j_common_ptr jpeg)
{
	examine_refuse(jpeg->err->msg_code == JERR_OUT_OF_MEMORY ? "pixels" : "broken");
}

/* Some telephones write odd bytes between segments; what ends before its end is broken. */
static void warn(j_common_ptr jpeg, int level)
{
	if (level < 0 && jpeg->err->msg_code == JWRN_JPEG_EOF)
		examine_refuse("broken");
}

static struct jpeg_error_mgr *errors(struct jpeg_error_mgr *ret)
{
	jpeg_std_error(ret);
	ret->error_exit = stop;
	ret->emit_message = warn;
	return ret;
}

static unsigned orientation_of(const struct jpeg_decompress_struct *jpeg)
{
	for (jpeg_saved_marker_ptr m = jpeg->marker_list; m; m = m->next) {
		struct str data = {(const char *)m->data, m->data_length};
		if (m->marker == MARKER_EXIF && data.len > EXIF_HEAD &&
			memcmp(data.at, "Exif\0\0", EXIF_HEAD) == 0)
			return picture_orientation((struct str){data.at + EXIF_HEAD, data.len - EXIF_HEAD});
	}
	return 1;
}

/* Four inks to three colours; Adobe writes them inverted. */
static void from_inks(uint8_t *row, const uint8_t *inks, uint32_t width, bool inverted)
{
	for (uint32_t x = 0; x < width; x++)
		for (unsigned c = 0; c < 3; c++) {
			unsigned ink = inks[4 * x + c], black = inks[4 * x + 3];
			unsigned value = inverted ? ink * black / 255 : (255 - ink) * (255 - black) / 255;
			row[3 * x + c] = (uint8_t)value;
		}
}

static void read_rows(struct jpeg_decompress_struct *jpeg, struct picture *p)
{
	uint8_t *inks = jpeg->out_color_space == JCS_CMYK ? malloc((size_t)p->width * 4) : NULL;

	if (!inks && jpeg->out_color_space == JCS_CMYK)
		examine_refuse("pixels");
	while (jpeg->output_scanline < jpeg->output_height) {
		uint8_t *row = p->at + (size_t)jpeg->output_scanline * p->width * 3;
		JSAMPROW to = inks ? inks : row;
		jpeg_read_scanlines(jpeg, &to, 1);
		if (inks)
			from_inks(row, inks, p->width, jpeg->saw_Adobe_marker);
	}
	free(inks);
}

struct picture picture_from_jpeg(struct str file, int64_t most)
{
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr error;

	jpeg.err = errors(&error);
	jpeg_create_decompress(&jpeg);
	jpeg_mem_src(&jpeg, (const unsigned char *)file.at, file.len);
	jpeg_save_markers(&jpeg, MARKER_EXIF, MARKER_MAX);
	jpeg_read_header(&jpeg, TRUE);
	unsigned orientation = orientation_of(&jpeg);
	struct picture p = picture_new(jpeg.image_width, jpeg.image_height, 3, most);
	jpeg.out_color_space = jpeg.num_components == 4 ? JCS_CMYK : JCS_RGB;
	jpeg_start_decompress(&jpeg);
	read_rows(&jpeg, &p);
	jpeg_finish_decompress(&jpeg);
	jpeg_destroy_decompress(&jpeg);
	return picture_turned(p, orientation);
}

int64_t picture_to_jpeg(const struct picture *p, int quality, int fd)
{
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr error;
	unsigned char *bytes = NULL;
	unsigned long n = 0;

	jpeg.err = errors(&error);
	jpeg_create_compress(&jpeg);
	jpeg_mem_dest(&jpeg, &bytes, &n);
	jpeg.image_width = p->width;
	jpeg.image_height = p->height;
	jpeg.input_components = 3;
	jpeg.in_color_space = JCS_RGB;
	jpeg_set_defaults(&jpeg);
	jpeg_set_quality(&jpeg, quality, TRUE);
	jpeg_start_compress(&jpeg, TRUE);
	while (jpeg.next_scanline < jpeg.image_height) {
		JSAMPROW row = p->at + (size_t)jpeg.next_scanline * p->width * 3;
		jpeg_write_scanlines(&jpeg, &row, 1);
	}
	jpeg_finish_compress(&jpeg);
	jpeg_destroy_compress(&jpeg);
	int64_t written = examine_write(fd, bytes, n);
	free(bytes);
	return written;
}
