/* tiepdan mail: lists what the demo mode (mail_url = file:DIR) has written instead of sending it. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "command/command.h"
#include "jobs/mail_head.h"

enum {
	MESSAGE_MAX = 1024 * 1024
};

struct letter_file {
	char *path;
	int64_t at_ms; /* when it was written */
};

static int by_time(const void *a, const void *b)
{
	const struct letter_file *x = a, *y = b;
	int order = (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);

	return order ? order : strcmp(x->path, y->path);
}

static int is_message(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && str_ends(str_of(entry->d_name), STR(".eml"));
}

/* One line: time, recipient, subject, file. */
static bool print_letter(const struct letter_file *file)
{
	struct arena *arena = arena_new();
	char at[CLOCK_RFC3339_SIZE];
	struct str text;
	int error = arena ? file_read(arena, file->path, MESSAGE_MAX, &text) : -ENOMEM;

	if (error < 0) {
		fprintf(stderr, "tiepdan: cannot read %s: %s\n", file->path, strerror(-error));
	} else {
		const struct mail_head head = mail_head_read(arena, text);
		clock_format(file->at_ms, at);
		printf("%s  %.*s  %.*s  %s\n", at, STR_ARG(head.to), STR_ARG(head.subject), file->path);
	}
	arena_free(arena);
	return error == 0;
}

/* The files that are still there, with their times. */
static struct letter_file *look_up(
	struct arena *arena, const char *folder, struct dirent **entries, int n, size_t *ret_n)
{
	struct letter_file *files = arena_alloc(arena, ((size_t)n + 1) * sizeof(*files));
	struct stat is;

	*ret_n = 0;
	for (int i = 0; i < n; i++) {
		char *path = arena_cstr(arena, arena_printf(arena, "%s/%s", folder, entries[i]->d_name));

		if (stat(path, &is) == 0 && S_ISREG(is.st_mode))
			files[(*ret_n)++] = (struct letter_file){
				path, (int64_t)is.st_mtim.tv_sec * 1000 + is.st_mtim.tv_nsec / 1000000};
	}
	qsort(files, *ret_n, sizeof(*files), by_time);
	return files;
}

static bool list(struct arena *arena, const char *folder)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_message, NULL);
	bool ok = n >= 0 || errno == ENOENT; /* a folder that is made with the first message */
	size_t nfiles = 0;

	if (!ok)
		fprintf(stderr, "tiepdan: cannot read %s: %s\n", folder, strerror(errno));
	const struct letter_file *files = look_up(arena, folder, entries, n < 0 ? 0 : n, &nfiles);
	for (size_t i = 0; i < nfiles; i++)
		ok = print_letter(&files[i]) && ok;
	if (ok && nfiles == 0)
		fprintf(stderr, "tiepdan: there is no message in %s yet\n", folder);
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	return ok;
}

int command_mail(const struct config *config, char **args)
{
	struct str url = str_of(config->mail_url);

	if (!command_ends(args))
		return EXIT_FAILURE;
	if (!str_starts(url, STR("file:")) || url.len == 5) {
		fputs("tiepdan: mail_url is not file:DIR, so no message is written to a file\n", stderr);
		return EXIT_FAILURE;
	}
	struct arena *arena = arena_new();
	bool ok = arena && list(arena, config->mail_url + 5);
	arena_free(arena);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
