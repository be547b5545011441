-- All rows of a kind.
-- in: kind text
-- out: body text, etag text
select body, etag from tiepdan.configuration_show(:'kind')
