/* Whom the server needs besides: mail, identity providers. */
#include <errno.h>
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

static const struct check checks[] = {
	{"mail", check_mail},
	{"identity provider", check_provider},
	{"identity provider of citizens", check_citizen_provider},
};

const struct checks doctor_others = CHECKS(checks);
