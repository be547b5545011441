-- A filter of the caller's, or one that a colleague shares.
-- in: id uuid
-- out: body text, etag text
select body, etag from tiepdan.filter_show(:'id')
