-- Takes the new address with a code that was looked at; done: it was right.
-- in: request uuid, right bool
-- out: done bool
select done from tiepdan.citizen_email_set(:'request', :'right')
