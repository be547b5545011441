-- What the citizen of a ticket has asked about their data.
-- in: number int, generation int
-- out: body text
-- as: definer
select tiepdan.data_requests_tracked(:'number', :'generation') as body
