-- The certificate of a disposal that has ended.
-- in: id uuid
-- out: body text
-- pool: slow
select body from tiepdan.disposal_certificate(:'id')
