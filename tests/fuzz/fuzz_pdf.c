/* Files as they come: what looks for programs in them ends, reads no byte behind them and always says the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "command/document.h"
#include "command/pdf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t unfolded;

static const char *count(struct str objects)
{
	for (size_t i = 0; i < objects.len; i++)
		unfolded += objects.at[i] == '/'; /* each byte is there */
	return NULL;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of the exact size, so that reading behind it is noticed. */
	char *copy = malloc(size + 1), *end = copy + size;
	char name[PDF_NAME_MAX];

	must(copy);
	memcpy(end - size, data, size);
	struct str file = {copy, size}, rest = pdf_skip_blank(file);
	must(rest.at >= copy && rest.at + rest.len == end);
	struct str first = pdf_name(&rest, name);
	must(first.len <= PDF_NAME_MAX && rest.at + rest.len == end);
	const char *why = pdf_unfold(file, count);
	must(same(why, pdf_unfold(file, count)));
	must(same(document_pdf(file), document_pdf(file)));
	free(copy);
	return 0;
}
