-- An account, for administrators. What is told of sessions changes without the version, so the tag says it, too.
-- in: account uuid
-- out: body text, etag text
select body, tiepdan.account_tag(body) as etag from tiepdan.person_show(:'account') as body
