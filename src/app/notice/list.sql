-- The delivery log, last made first.
-- in: state text, ticket uuid, after text, limit int
-- out: item text, key text
select item, key from tiepdan.notice_list(:'state', :'ticket', :'after', :'limit')
