-- Changes what is the caller's own; the answer is that of me.
-- in: language text
-- out: body text
select body from tiepdan.me_change(:'language')
