#ifndef TIEPDAN_CIVIL_TEXT_H
#define TIEPDAN_CIVIL_TEXT_H

#include "base/arena.h"

/* Vietnamese text at the border. */
enum text_kind {
	TEXT_LINE,    /* one line: line breaks and tabs become a blank                    */
	TEXT_BLOCK,   /* paragraphs: CRLF and CR become LF, at most two blank lines in a row */
};

/* NFC; look-alikes of Đ (U+00D0, U+0189) and đ (U+00F0) become U+0110 and U+0111; zero-width, bidi and other format
 * characters go; no-break and other odd blanks become a blank; runs of blanks become one; ends are trimmed. Absent
 * when the input is not UTF-8, or holds control characters (other than TAB, LF, CR), private-use or unassigned code points. */
struct str text_clean(struct arena *arena, struct str s, enum text_kind kind);

/* The folded copy for search and comparison: lower case, no diacritics, đ -> d, every run of other than letters and
 * digits is one blank. "Đường Láng" -> "duong lang"; Hòa and Hoà fold alike. */
struct str text_fold(struct arena *arena, struct str clean);

/* A telephone number in E.164, from the ways people write it: 0912 345 678, 84.912.345.678, +84..., 0084..., 024 3825
 * 3536, 1022 and 1800/1900 numbers and emergency numbers stay short. Foreign numbers need their +. Absent if it is none. */
struct str text_phone(struct arena *arena, struct str s);
/* An e-mail address, shape only, domain in lower case; absent if it is none. */
struct str text_email(struct arena *arena, struct str s);

#endif
