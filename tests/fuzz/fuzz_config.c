/* Any bytes as a settings file: either faults were told or every setting is within what its row allows. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include "base/config.h"
#include "base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_ranges(const struct config *config)
{
#define CONFIG_TEXT(name, ...)			must(str_is_utf8(str_of(config->name)));
#define CONFIG_CHOICE(name, text, choices, ...) must(strstr(choices, config->name));
#define CONFIG_INT(name, number, min, max, ...) must(config->name >= (min) && config->name <= (max));
#define CONFIG_BOOL(name, ...)			must(config->name == 0 || config->name == 1);
#include "base/config.def"
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("settings", MFD_CLOEXEC);
	struct arena *arena = arena_new();
	const struct config *config;
	char *complaints = NULL;
	size_t told = 0;
	FILE *complain = open_memstream(&complaints, &told);
	char flag[64];

	must(fd >= 0 && complain && arena);
	must(write(fd, data, size) == (ssize_t)size);
	snprintf(flag, sizeof(flag), "--config=/proc/self/fd/%d", fd);
	config = config_load(arena, (char *[]){flag, NULL}, NULL, complain);
	fclose(complain);
	must(!config == (told > 0));
	if (config)
		check_ranges(config);
	free(complaints);
	arena_free(arena);
	close(fd);
	return 0;
}
