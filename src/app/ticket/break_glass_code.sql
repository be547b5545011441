-- The same of the ticket that has this code, which is not found before: the caller does not see it.
-- in: number int, code text, reason text, event uuid, at timestamptz
-- out: body text
select body from tiepdan.glass_break_code(:'number', :'code', :'reason', :'event', :'at')
