-- Reply templates that the caller may use; for a ticket those that fit it, with the values of their variables.
-- in: ticket uuid, purpose text, language text, now timestamptz, after text, limit int
-- out: item text, key text, words text, code text, title text, department text, category text, area text, filed text, today text
select item, key, words, code, title, department, category, area, filed, today
from tiepdan.reply_template_list(:'ticket', :'purpose', :'language', :'now', :'after', :'limit')
