/* What the server has of its machine. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <seccomp.h>

#include "base/clock.h"
#include "civil/zone.h"
#include "command/doctor.h"

enum {
	FREE_PERCENT = 5,
	CLOCK_SLACK_MS = 5000,
	SPARE_DESCRIPTORS = 256,
	FILTERS_API = 2 /* of libseccomp: the kernel filters all threads of a process at once */
};

static struct finding check_clock(struct patient *p)
{
	struct str answer = doctor_ask(p, p->owner, "command_check_clock");
	int64_t theirs;

	if (!answer.at || str_to_i64(answer, &theirs) < 0)
		return (struct finding){
			STR("the clock of the database cannot be read"), "check the database"};
	int64_t apart = theirs - clock_wall_ms();
	if (apart > CLOCK_SLACK_MS || apart < -CLOCK_SLACK_MS)
		return (struct finding){
			arena_printf(p->arena, "this machine and the database are %ld ms apart", (long)apart),
			"switch on time synchronisation on both (systemd-timesyncd or chrony)"};
	return well;
}

static struct finding check_zone(struct patient *p)
{
	const struct zone_offset *offsets;
	unsigned n;

	if (zone_load(p->arena, str_of(p->config->zone), 2040, &offsets, &n) < 0)
		return (struct finding){
			arena_printf(p->arena, "the time zone %s is not there", p->config->zone),
			"install the package tzdata, or correct the setting zone"};
	return well;
}

static struct finding check_limits(struct patient *p)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
		limit.rlim_cur < (rlim_t)p->config->max_connections + SPARE_DESCRIPTORS)
		return (struct finding){
			arena_printf(p->arena, "%lu open files are too few for %ld connections",
				(unsigned long)limit.rlim_cur, (long)p->config->max_connections),
			"raise ulimit -n (a unit has a limit of its own: LimitNOFILE), or lower "
			"max_connections"};
	return well;
}

static struct finding check_confinement(struct patient *p)
{
	if (!p->config->confine)
		return (struct finding){.fault = STR("what the server may ask of the system is not limited"),
			.cure = "take `confine = off` out of the configuration when the search is over",
			.mild = true};
	if (seccomp_api_get() < FILTERS_API)
		return (struct finding){STR("this system cannot filter system calls, so no worker starts"),
			"let the container or the kernel have seccomp; `confine = off` does without"};
	return well;
}

static struct finding check_disk(struct patient *p)
{
	struct statvfs st;

	if (statvfs(p->config->key_dir[0] != '\0' ? p->config->key_dir : "/", &st) == 0 && st.f_blocks > 0 &&
		st.f_bavail * 100 / st.f_blocks < FREE_PERCENT)
		return (struct finding){
			STR("the disk is almost full"), "free space: PostgreSQL stops when it has none"};
	return well;
}

/* A place for files is a choice. */
static struct finding check_files(struct patient *p)
{
	const char *folder = p->config->attachments;

	if (folder[0] == '\0' || access(folder, R_OK | W_OK | X_OK) == 0)
		return well;
	return (struct finding){arena_printf(p->arena, "%s: %s", folder, strerror(errno)),
		"make the folder of the setting attachments, 0700 and owned by the server's user"};
}

static const struct check checks[] = {
	{"clock", check_clock},
	{"time zone", check_zone},
	{"open files", check_limits},
	{"confinement", check_confinement},
	{"disk", check_disk},
	{"files", check_files},
};

const struct checks doctor_machine = CHECKS(checks);
