/* Whom the server needs besides: mail, identity providers; whom its people have to tell what. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "auth/provider.h"
#include "command/doctor.h"
#include "jobs/mail_target.h"

/* Mail is a choice; a mail server that was chosen has to answer. */
static struct finding check_mail(struct patient *p)
{
	struct mail_target target;
	struct str fault = STR_NONE;

	if (p->config->mail_url[0] == '\0')
		return well;
	if (mail_target_read(p->arena, p->config, &target, &fault) == 0 && !target.folder)
		fault = smtp_try(p->arena, &target.smtp);
	else if (!fault.at && access(target.folder, W_OK | X_OK) < 0 && errno != ENOENT)
		fault = arena_printf(p->arena, "%s cannot be written to", target.folder);
	return (struct finding){
		fault, "correct the settings mail_*, or start the mail server; until then notices wait"};
}

/* To sign in with somebody else's help is a choice, too. */
static struct finding look_at_provider(struct patient *p,
	int (*read)(struct arena *, const struct config *, struct provider_settings *, struct str *))
{
	struct provider_settings *settings = arena_alloc(p->arena, sizeof(*settings));
	struct str fault;
	int outcome = read(p->arena, p->config, settings, &fault);

	if (outcome == -ENOENT)
		return well;
	if (outcome == 0)
		fault = provider_examine(p->arena, settings);
	return (struct finding){fault, "correct the settings (`tiepdan config sample`), or let this machine "
				       "reach the identity provider; until then nobody signs in with it"};
}

static struct finding check_provider(struct patient *p)
{
	return look_at_provider(p, provider_settings_read);
}

static struct finding check_citizen_provider(struct patient *p)
{
	return look_at_provider(p, provider_settings_read_citizen);
}

/* Who finds a hole in the server looks for whom to tell in /.well-known/security.txt. */
static struct finding check_security_contact(struct patient *p)
{
	if (!strstr(p->config->security_contact, "@example."))
		return well;
	return (struct finding){
		.fault = STR("security_contact is still the example: who finds a hole tells nobody"),
		.cure = "set security_contact to what somebody reads: mailto:... or https://...",
		.mild = true};
}

/* Asking for a second factor is a choice that a city should have made. */
static struct finding check_second_factor(struct patient *p)
{
	if (p->config->second_factor_roles[0] != '\0')
		return well;
	return (struct finding){
		.fault = STR("second_factor_roles is empty: a password alone opens every role"),
		.cure = "set second_factor_roles, e.g. to admin,data_officer,auditor; who has such a role "
			"sets up a second factor (POST /v1/me/second-factor)",
		.mild = true};
}

static const struct check checks[] = {
	{"mail", check_mail},
	{"identity provider", check_provider},
	{"identity provider of citizens", check_citizen_provider},
	{"second factor", check_second_factor},
	{"security contact", check_security_contact},
};

const struct checks doctor_others = CHECKS(checks);
