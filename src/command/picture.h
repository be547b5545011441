#ifndef TIEPDAN_COMMAND_PICTURE_H
#define TIEPDAN_COMMAND_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Images as pixels: decoding takes nothing else out of a file, so encoding puts nothing else into one. For
 * the helper process alone: what is broken, or too large, ends it (examine_refuse()). */
struct picture {
	uint32_t width, height;
	unsigned channels; /* 3: RGB, 4: RGBA */
	uint8_t *at;	   /* 8 bits each, rows without gaps */
};

/* Pixels for a picture of this size; refuses one of more than `most` pixels. */
struct picture picture_new(uint64_t width, uint64_t height, unsigned channels, int64_t most);

/* picture_jpeg.c: turned as its EXIF orientation says. */
struct picture picture_from_jpeg(struct str file, int64_t most);
int64_t picture_to_jpeg(const struct picture *p, int quality, int fd);
/* picture_png.c */
struct picture picture_from_png(struct str file, int64_t most);
/* Stops when it grows beyond `most`, and then returns more than that: what has been written is no image. */
int64_t picture_to_png(const struct picture *p, int64_t most, int fd);
/* picture.c */
struct picture picture_from_webp(struct str file, int64_t most);

/* As EXIF says it: 1 to 8; other numbers change nothing. Uses up the picture. */
struct picture picture_turned(struct picture p, unsigned orientation);
/* What is transparent becomes white; does nothing to a picture without that. */
void picture_flatten(struct picture *p);
/* At most `side` wide and high, on white where it is transparent. */
struct picture picture_small(const struct picture *p, uint32_t side);
/* The orientation in an EXIF block (TIFF, behind "Exif" and two zero bytes); 1 when it says none. */
unsigned picture_orientation(struct str tiff);

#endif
