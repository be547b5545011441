-- Takes a request for a review back.
-- in: request uuid, at timestamptz, event uuid
-- out: withdrawn text
select tiepdan.review_withdraw(:'request', :'at', :'event')::text as withdrawn
