-- Which department holds the ticket after a move of its citizen, and at which version of the ticket that is so.
-- in: number int, generation int, action text, at timestamptz
-- out: version int, department text
-- as: definer
select version, department from tiepdan.tracking_holder(:'number', :'generation', :'action', :'at')
