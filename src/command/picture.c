/* Pixels: made, turned, made smaller. */
#include "command/picture.h"

#include <stdlib.h>

#include <webp/decode.h>

#include "command/examine.h"

enum {
	TAG_ORIENTATION = 0x0112,
	IFD_ENTRY = 12,
	WHITE = 255
};

struct picture picture_new(uint64_t width, uint64_t height, unsigned channels, int64_t most)
{
	struct picture p = {.channels = channels};

	if (width == 0 || height == 0)
		examine_refuse("broken");
	if (width > 65535 || height > 65535 || width * height > (uint64_t)most)
		examine_refuse("pixels");
	p.width = (uint32_t)width;
	p.height = (uint32_t)height;
	p.at = malloc((size_t)width * height * channels);
	if (!p.at)
		examine_refuse("pixels");
	return p;
}

struct picture picture_from_webp(struct str file, int64_t most)
{
	const uint8_t *bytes = (const uint8_t *)file.at;
	WebPBitstreamFeatures f;

	if (WebPGetFeatures(bytes, file.len, &f) != VP8_STATUS_OK)
		examine_refuse("broken");
	if (f.has_animation)
		examine_refuse("type");
	struct picture p = picture_new((uint64_t)f.width, (uint64_t)f.height, f.has_alpha ? 4 : 3, most);
	int stride = f.width * (int)p.channels;
	size_t size = (size_t)stride * p.height;
	const uint8_t *made = f.has_alpha ? WebPDecodeRGBAInto(bytes, file.len, p.at, size, stride)
					  : WebPDecodeRGBInto(bytes, file.len, p.at, size, stride);
	if (!made)
		examine_refuse("broken");
	return p;
}

/* Where the pixel (x, y) of the turned picture was before. */
static size_t source_of(const struct picture *p, unsigned orientation, uint32_t x, uint32_t y)
{
	uint32_t right = p->width - 1, bottom = p->height - 1;
	uint32_t from_x = orientation >= 5 ? y : x, from_y = orientation >= 5 ? x : y;

	if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
		from_x = right - from_x;
	if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
		from_y = bottom - from_y;
	return ((size_t)from_y * p->width + from_x) * p->channels;
}

struct picture picture_turned(struct picture p, unsigned orientation)
{
	bool swap = orientation >= 5 && orientation <= 8;
	uint8_t *to;

	if (orientation < 2 || orientation > 8)
		return p;
	struct picture turned =
		picture_new(swap ? p.height : p.width, swap ? p.width : p.height, p.channels, INT64_MAX);
	to = turned.at;
	for (uint32_t y = 0; y < turned.height; y++)
		for (uint32_t x = 0; x < turned.width; x++) {
			const uint8_t *from = p.at + source_of(&p, orientation, x, y);
			for (unsigned c = 0; c < p.channels; c++)
				*to++ = from[c];
		}
	free(p.at);
	return turned;
}

/* A channel of a pixel on white. */
static uint8_t on_white(unsigned value, unsigned alpha)
{
	return (uint8_t)((value * alpha + WHITE * (WHITE - alpha)) / WHITE);
}

void picture_flatten(struct picture *p)
{
	size_t n = (size_t)p->width * p->height;

	if (p->channels == 3)
		return;
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < 3; c++)
			p->at[3 * i + c] = on_white(p->at[4 * i + c], p->at[4 * i + 3]);
	p->channels = 3;
}

/* The mean of the pixels that become one. */
static void mean(const struct picture *p, const uint32_t x[2], const uint32_t y[2], uint8_t *ret)
{
	uint64_t sum[3] = {0}, n = (uint64_t)(x[1] - x[0]) * (y[1] - y[0]);

	for (uint32_t row = y[0]; row < y[1]; row++)
		for (uint32_t column = x[0]; column < x[1]; column++) {
			const uint8_t *from = p->at + ((size_t)row * p->width + column) * p->channels;
			unsigned alpha = p->channels == 4 ? from[3] : WHITE;
			for (unsigned c = 0; c < 3; c++)
				sum[c] += on_white(from[c], alpha);
		}
	for (unsigned c = 0; c < 3; c++)
		ret[c] = (uint8_t)(sum[c] / n);
}

struct picture picture_small(const struct picture *p, uint32_t side)
{
	uint32_t longer = p->width > p->height ? p->width : p->height;
	uint64_t from = longer > side ? longer : 1, to = longer > side ? side : 1;
	uint64_t width = p->width * to / from, height = p->height * to / from;

	width += width == 0;
	height += height == 0;
	struct picture small = picture_new(width, height, 3, INT64_MAX);
	for (uint64_t y = 0; y < height; y++)
		for (uint64_t x = 0; x < width; x++) {
			const uint32_t xs[2] = {
				(uint32_t)(x * p->width / width), (uint32_t)((x + 1) * p->width / width)};
			const uint32_t ys[2] = {
				(uint32_t)(y * p->height / height), (uint32_t)((y + 1) * p->height / height)};
			mean(p, xs, ys, small.at + (y * width + x) * 3);
		}
	return small;
}

/* `n` bytes in the order of the block; 0 where it ends before. */
static uint32_t number_at(struct str tiff, size_t at, unsigned n)
{
	bool little = tiff.at[0] == 'I';
	uint32_t value = 0;

	if (at > tiff.len || tiff.len - at < n)
		return 0;
	for (unsigned i = 0; i < n; i++)
		value = value << 8 | (uint8_t)tiff.at[at + (little ? n - 1 - i : i)];
	return value;
}

unsigned picture_orientation(struct str tiff)
{
	if (tiff.len < 8 || (!str_starts(tiff, STR("II")) && !str_starts(tiff, STR("MM"))))
		return 1;
	size_t ifd = number_at(tiff, 4, 4);
	uint32_t entries = number_at(tiff, ifd, 2);
	for (uint32_t i = 0; i < entries; i++) {
		size_t at = ifd + 2 + (size_t)i * IFD_ENTRY;
		if (at >= tiff.len)
			break;
		if (number_at(tiff, at, 2) == TAG_ORIENTATION)
			return number_at(tiff, at + 8, 2);
	}
	return 1;
}
