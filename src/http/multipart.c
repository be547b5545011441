/* Reads multipart/form-data as it comes. A boundary holds no CR, so what looked like one and is none can be
 * handed out without looking back. */
#include "http/multipart.h"

#include <string.h>

#include "http/parse.h"

static bool is_boundary(struct str s)
{
	static const char marks[] = "'()+_,-./:=?";

	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];
		bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!alnum && !memchr(marks, c, sizeof(marks) - 1))
			return false;
	}
	return s.len > 0 && s.len <= MULTIPART_BOUNDARY_MAX;
}

/* The one parameter that this type has here. */
static struct str boundary_of(struct str parameters)
{
	struct str text = str_trim(parameters, " \t"), name;

	if (!str_next(&text, '=', &name) || !str_eq_nocase(name, STR("boundary")) || !text.at)
		return STR_NONE;
	if (text.len >= 2 && text.at[0] == '"' && text.at[text.len - 1] == '"')
		return (struct str){text.at + 1, text.len - 2};
	return http_token_length(text) == text.len ? text : STR_NONE;
}

bool multipart_begin(struct multipart *m, struct str content_type)
{
	struct str rest = content_type, type;

	*m = (struct multipart){.at = MULTIPART_BROKEN};
	if (!str_next(&rest, ';', &type) || !str_eq_nocase(str_trim(type, " \t"), STR("multipart/form-data")))
		return false;
	struct str boundary = boundary_of(rest);
	if (!is_boundary(boundary))
		return false;
	memcpy(m->delimiter, "\r\n--", 4);
	memcpy(m->delimiter + 4, boundary.at, boundary.len);
	m->delimiter_len = 4 + boundary.len;
	m->at = MULTIPART_AT_BOUNDARY;
	m->matched = 2; /* the first one has no line end in front */
	return true;
}

static enum multipart_event fail(struct multipart *m)
{
	m->at = MULTIPART_BROKEN;
	return MULTIPART_BAD;
}

static void drop(struct str *data, size_t n)
{
	data->at += n;
	data->len -= n;
}

/* Data up to the next CR, or the beginning of a boundary that turned out to be data. */
static enum multipart_event read_data(struct multipart *m, struct str *data, struct str *ret_data)
{
	if (m->matched == 0) {
		const char *cr = memchr(data->at, '\r', data->len);
		*ret_data = (struct str){data->at, cr ? (size_t)(cr - data->at) : data->len};
		drop(data, ret_data->len);
		if (ret_data->len > 0)
			return MULTIPART_DATA;
	}
	while (data->len > 0 && m->matched < m->delimiter_len && data->at[0] == m->delimiter[m->matched]) {
		m->matched++;
		drop(data, 1);
	}
	if (m->matched == m->delimiter_len) {
		m->at = MULTIPART_AFTER_BOUNDARY;
		m->matched = 0;
		return m->in_part ? MULTIPART_PART_END : MULTIPART_MORE;
	}
	if (data->len == 0)
		return MULTIPART_MORE;
	if (!m->in_part)
		return fail(m);
	*ret_data = (struct str){m->delimiter, m->matched};
	m->matched = 0;
	return MULTIPART_DATA;
}

/* CR LF: a part follows. "--": the end. */
static enum multipart_event read_after(struct multipart *m, struct str *data)
{
	m->in_part = false;
	m->after[m->matched++] = data->at[0];
	drop(data, 1);
	if (m->matched < 2)
		return MULTIPART_MORE;
	m->matched = m->head_len = 0;
	if (memcmp(m->after, "--", 2) == 0) {
		m->at = MULTIPART_AFTER_END;
		return MULTIPART_END;
	}
	m->at = MULTIPART_IN_HEAD;
	return memcmp(m->after, "\r\n", 2) == 0 ? MULTIPART_MORE : fail(m);
}

/* How the part is written: as it is. */
static bool is_identity(struct str encoding)
{
	return str_eq_nocase(encoding, STR("binary")) || str_eq_nocase(encoding, STR("8bit")) ||
	       str_eq_nocase(encoding, STR("7bit"));
}

static bool read_field(struct multipart *m, struct str line, bool *named)
{
	struct http_field field;

	if (http_parse_field(line, &field) != HTTP_OK)
		return false;
	if (str_eq_nocase(field.name, STR("Content-Transfer-Encoding")))
		return is_identity(field.value);
	if (!str_eq_nocase(field.name, STR("Content-Disposition")))
		return true;
	if (*named)
		return false;
	*named = true;
	return disposition_parse(m->head + (field.value.at - m->head), field.value.len, &m->part) &&
	       str_eq_nocase(m->part.type, STR("form-data")) && m->part.name.at && !m->part.extended;
}

/* The whole head, its empty line included. */
static bool read_fields(struct multipart *m)
{
	struct str rest = {m->head, m->head_len - 2};
	bool named = false;

	while (rest.len > 0) {
		const char *end = memmem(rest.at, rest.len, "\r\n", 2);
		struct str line = {rest.at, (size_t)(end - rest.at)};
		drop(&rest, line.len + 2);
		if (!read_field(m, line, &named))
			return false;
	}
	return named;
}

static enum multipart_event read_head(struct multipart *m, struct str *data)
{
	static const char end[] = "\r\n\r\n";

	while (data->len > 0) {
		if (m->head_len == MULTIPART_HEAD_MAX)
			return fail(m);
		m->head[m->head_len++] = data->at[0];
		drop(data, 1);
		if (m->head_len == 2 && memcmp(m->head, end, 2) == 0)
			return fail(m);
		if (m->head_len < 4 || memcmp(m->head + m->head_len - 4, end, 4) != 0)
			continue;
		m->at = MULTIPART_AT_BOUNDARY;
		m->matched = 0;
		m->in_part = true;
		return read_fields(m) ? MULTIPART_PART : fail(m);
	}
	return MULTIPART_MORE;
}

static enum multipart_event read_end(struct multipart *m, struct str *data)
{
	static const char line_end[] = "\r\n";

	while (data->len > 0) {
		if (m->matched == 2 || data->at[0] != line_end[m->matched])
			return fail(m);
		m->matched++;
		drop(data, 1);
	}
	return MULTIPART_MORE;
}

static enum multipart_event step(struct multipart *m, struct str *data, struct str *ret_data)
{
	switch (m->at) {
	case MULTIPART_AT_BOUNDARY:
		return read_data(m, data, ret_data);
	case MULTIPART_AFTER_BOUNDARY:
		return read_after(m, data);
	case MULTIPART_IN_HEAD:
		return read_head(m, data);
	case MULTIPART_AFTER_END:
		return read_end(m, data);
	case MULTIPART_BROKEN:
		break;
	}
	return MULTIPART_BAD;
}

enum multipart_event multipart_next(struct multipart *m, struct str *data, struct str *ret_data)
{
	enum multipart_event event = MULTIPART_MORE;

	while (data->len > 0 && event == MULTIPART_MORE)
		event = step(m, data, ret_data);
	return event;
}
