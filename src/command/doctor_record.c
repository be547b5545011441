/* Whether events are followed and sealed. */
#include "auth/key_file.h"
#include "auth/keys.h"
#include "auth/seal.h"
#include "base/digest.h"
#include "base/uuid.h"
#include "command/doctor.h"
#include "command/pg.h"
#include "command/record.h"
#include "db/answer.h"

enum {
	SEALED_S = 300
};

static struct finding check_feeds(struct patient *p)
{
	struct str answer = doctor_ask(p, p->owner, "command_check_feeds");

	if (!answer.at)
		return (struct finding){STR("the feed of events cannot be read"), "run `tiepdan migrate`"};
	if (str_eq(answer, STR("t")))
		return (struct finding){
			STR("the database comes from another cluster, so nobody is told what happens"),
			"run `tiepdan migrate`"};
	return well;
}

/* Without a key tickets are served all the same. */
static struct finding check_sealing(struct patient *p)
{
	struct str reason = STR_NONE, answer = doctor_ask(p, p->owner, "command_check_record");
	const struct keys *keys =
		p->config->key_dir[0] != '\0' ? keys_load(p->arena, p->config->key_dir, &reason) : NULL;
	int64_t waits_s;

	if (!keys) /* which is said of the keys */
		return well;
	if (!keys->record.signs)
		return (struct finding){.fault = STR("there is no record key, so no event is sealed"),
			.cure = "run `tiepdan keys create`, and restart the server",
			.mild = true};
	if (!answer.at || str_to_i64(answer, &waits_s) < 0)
		return (struct finding){STR("the record cannot be read"), "run `tiepdan migrate`"};
	if (waits_s < SEALED_S)
		return well;
	return (struct finding){.fault = arena_printf(p->arena, "an event has waited for %lld s to be sealed",
					(long long)waits_s),
		.cure = "see the log for job.failed with seal_events",
		.mild = true};
}

/* NULL: they cannot be had, which was said of the keys. */
static const struct keys *read_keys(struct patient *p)
{
	struct str reason;

	return p->config->key_dir[0] != '\0' ? keys_load(p->arena, p->config->key_dir, &reason) : NULL;
}

/* That old keys have done their work is no fault, but somebody should take them away. */
static struct finding check_seals(struct patient *p)
{
	const struct keys *keys = read_keys(p);
	struct str answer;

	if (!keys || keys->nseal < 2)
		return well;
	answer = doctor_ask_about(p, "command_check_reseal", keys->seal[keys->nseal - 1].epoch);
	if (!answer.at)
		return (struct finding){
			STR("it cannot be seen which key seals what"), "run `tiepdan migrate`"};
	if (str_eq(answer, STR("ended")))
		return (struct finding){
			.fault = STR("nothing in the database is sealed under older keys any more"),
			.cure = "take seal-*.key of the older epochs away once no backup needs them",
			.mild = true};
	return (struct finding){.fault = STR("some records are still sealed under an older key"),
		.cure = str_eq(answer, STR("waits"))
				? "the job `reseal` waits until every server has the newest key: give it to "
				  "each and send SIGHUP, or end it"
				: "the job `reseal` brings them under the newest, and letters to citizens go "
				  "within a week; keep all keys meanwhile",
		.mild = true};
}

/* The columns of check_sealed.sql. */
enum {
	TICKET,
	EPOCH,
	WRAPPED,
	BOX
};

static bool opens(struct patient *p, const struct keys *keys, const PGresult *r, int row)
{
	struct str cells[BOX + 1];
	struct sealed sealed;
	struct uuid ticket;

	for (int i = TICKET; i <= BOX; i++)
		cells[i] = str_of(PQgetvalue(r, row, i));
	sealed = (struct sealed){.wrapped = digest_hex_decode(p->arena, cells[WRAPPED]),
		.box = digest_hex_decode(p->arena, cells[BOX])};
	return uuid_parse(cells[TICKET], &ticket) && str_to_i64(cells[EPOCH], &sealed.epoch) == 0 &&
	       seal_open(p->arena, keys, uuid_bytes(&ticket), &sealed).at;
}

/* New keys in the place of those that were lost are good for what comes, and look well. */
static struct finding check_opens(struct patient *p)
{
	const struct keys *keys = read_keys(p);
	PGresult *r = p->owner && keys ? pg_query(p->owner, "command_check_sealed", NULL, 0) : NULL;
	bool good = true;

	for (int i = 0; r && i < PQntuples(r); i++)
		good = good && opens(p, keys, r, i);
	PQclear(r);
	if (good)
		return well;
	return (struct finding){STR("a contact does not open: these are not the keys of this database"),
		"put the seal-*.key of this database into key_dir, from where keys are saved "
		"(deploy/BACKUP.md): without them nobody reads what is sealed"};
}

static struct finding check_record(struct patient *p)
{
	struct record_state s;
	struct str reason;

	if (!record_state(p->owner, p->arena, p->config, &s, &reason))
		return (struct finding){reason, "run `tiepdan migrate`; record_dir must be 0700 and its file "
						"0600, owned by the server's user"};
	if (s.goes_on)
		return check_sealing(p);
	return (struct finding){
		arena_printf(p->arena,
			"nothing is sealed: root %lld is known, which the database, whose last one is %lld, "
			"does not have",
			(long long)s.known.number, (long long)s.last.number),
		"when the database was restored on purpose, `tiepdan record resume`; else somebody has "
		"exchanged "
		"it: look at backups and the log of the server (record.sealed)"};
}

static struct finding check_place(struct patient *p)
{
	int error = record_place_try(p->config);

	if (error == 0)
		return well;
	return (struct finding){
		.fault = arena_printf(
			p->arena, "the folder for the last root of the record %s", key_file_fault(error)),
		.cure = "set record_dir to a folder of the server's user, 0700: without it nobody notices "
			"that the "
			"database was exchanged for an older one",
		.mild = true};
}

static const struct check checks[] = {
	{"feed of events", check_feeds},
	{"record", check_record},
	{"seal keys", check_seals},
	{"what is sealed", check_opens},
	{"last root of the record", check_place},
};

const struct checks doctor_record = CHECKS(checks);
