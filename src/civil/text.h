#ifndef TIEPDAN_CIVIL_TEXT_H
#define TIEPDAN_CIVIL_TEXT_H

#include "base/arena.h"

/* Vietnamese text at the border. Memory that the length of the text decides comes from arena_try(): when it
 * is out the answer is absent and the arena is marked as failed. */
enum text_kind {
	TEXT_LINE,  /* one line: line breaks and tabs become a blank                    */
	TEXT_BLOCK, /* paragraphs: CRLF and CR become LF, at most two blank lines in a row */
};

/* NFC; look-alikes of Đ (U+00D0, U+0189) and đ (U+00F0) become U+0110 and U+0111; zero-width, bidi and other
 * format characters go, and whatever else Unicode calls ignorable by default; no-break and other odd blanks
 * become a blank; runs of blanks become one; text and lines are trimmed. Absent when the input is absent or
 * not UTF-8, or holds control characters (other than TAB, LF, CR), private-use or unassigned code points, or
 * more than 30 combining marks in a row. The blocks of pictographs count as assigned throughout: telephones
 * have newer ones than this library. Cleaning what is clean changes nothing. */
struct str text_clean(struct arena *arena, struct str s, enum text_kind kind);

/* The folded copy for search and comparison: lower case, no diacritics, đ -> d, every run of other than
 * letters and digits is one blank, none at the ends. "Đường Láng" -> "duong lang"; Hòa and Hoà fold alike, in
 * any normal form. Letters and digits in fancy dress (full width, mathematical, superscript) fold to the
 * plain ones. Absent when the input is absent or not UTF-8. */
struct str text_fold(struct arena *arena, struct str clean);

/* A telephone number in E.164, from the ways people write it: 0912 345 678, 84.912.345.678, +84..., 0084...,
 * +84 (0)912..., 024 3825 3536; 1022, 1800 and 1900 numbers and the emergency numbers 111 to 115 stay short.
 * Foreign numbers need their +. Blanks, dots, hyphens and brackets do not matter. Absent if it is none. */
struct str text_phone(struct arena *arena, struct str s);
/* An e-mail address (RFC 5321 section 4.1.2 without quoted parts and address literals, its limits of length),
 * shape only, domain in lower case; absent if it is none. Blanks around it do not matter. */
struct str text_email(struct arena *arena, struct str s);

#endif
