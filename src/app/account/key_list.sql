-- The keys of a program.
-- in: account uuid
-- out: body text
select tiepdan.key_list(:'account') as body
