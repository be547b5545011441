/* The settings mail_*, citizen_url and staff_*url, and what they mean. */
#include "jobs/mail_target.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "civil/text.h"

enum {
	PASSWORD_MAX = 1024
};

static bool read_password(struct arena *arena, const struct config *config, struct mail_target *ret)
{
	struct str text = STR("");

	if (config->mail_password_file[0] != '\0' &&
		file_read(arena, config->mail_password_file, PASSWORD_MAX, &text) < 0)
		return false;
	ret->smtp.password = arena_cstr(arena, str_trim(text, "\r\n"));
	return true;
}

/* An address of the web in which `name`, {code} or {part}, may stand for one. Behind a # stands what answers
 * a question. */
static bool is_page(struct str url, struct str name)
{
	if (!str_starts(url, STR("https://")) && !str_starts(url, STR("http://")))
		return false;
	for (size_t i = 0; i < url.len; i++) {
		const struct str rest = {url.at + i, url.len - i};

		if (str_starts(rest, name))
			i += name.len - 1;
		else if (rest.at[0] <= ' ' || rest.at[0] > '~' || strchr("#{}<>\"\\^`|", rest.at[0]))
			return false;
	}
	return true;
}

static bool read_page(const char *setting, struct str name, struct str *ret)
{
	struct str page = str_of(setting);

	*ret = page.len > 0 ? page : STR_NONE;
	return page.len == 0 || is_page(page, name);
}

/* What is wrong, NULL when nothing is. */
static const char *read_all(struct arena *arena, const struct config *config, struct mail_target *ret)
{
	struct str url = str_of(config->mail_url), reply_to = str_of(config->mail_reply_to);

	if (str_starts(url, STR("file:")) && url.len > 5)
		ret->folder = config->mail_url + 5;
	else if (!str_starts(url, STR("smtp://")) && !str_starts(url, STR("smtps://")))
		return "mail_url is smtp://host:port, smtps://host:port or file:DIR";
	if (!mail_mailbox(arena, str_of(config->mail_from), &ret->from))
		return "mail_from is an address, or Name <address>";
	ret->reply_to = reply_to.len > 0 ? text_email(arena, reply_to) : STR_NONE;
	if (reply_to.len > 0 && !ret->reply_to.at)
		return "mail_reply_to is an address";
	if (!read_page(config->citizen_url, STR("{code}"), &ret->citizen_url))
		return "citizen_url is the address of a page, without #; {code} stands for the code";
	if (!read_page(config->staff_url, STR("{code}"), &ret->staff_url))
		return "staff_url is the address of a page, without #; {code} stands for the code";
	if (!read_page(config->staff_part_url, STR("{part}"), &ret->staff_part_url))
		return "staff_part_url is the address of a page, without #; {part} stands for the id of the "
		       "part";
	if (!read_password(arena, config, ret))
		return "mail_password_file cannot be read";
	return NULL;
}

int mail_target_read(
	struct arena *arena, const struct config *config, struct mail_target *ret, struct str *ret_reason)
{
	*ret = (struct mail_target){.smtp = {.url = config->mail_url,
					    .user = config->mail_user,
					    .tls = config->mail_tls,
					    .ca_file = config->mail_ca_file,
					    .timeout_ms = config->mail_timeout_ms,
					    .parallel = config->mail_parallel}};
	const char *fault = read_all(arena, config, ret);
	*ret_reason = str_of(fault);
	return fault ? -EINVAL : 0;
}
