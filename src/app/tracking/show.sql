-- A ticket as its citizen sees it.
-- in: number int, generation int, now timestamptz
-- out: body text, etag text
-- as: definer
select body, etag from tiepdan.tracking_show(:'number', :'generation', :'now')
