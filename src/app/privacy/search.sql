-- The tickets of a person, by keyed indexes; each search is an event of each. account: the index that an account of a citizen has. events:
-- their ids, and so the most that are found.
-- in: phone bytea, email bytea, account bytea, purpose text, events uuid[], at timestamptz
-- out: body text
select tiepdan.personal_data_search(:'phone', :'email', :'account', :'purpose', :'events', :'at') as body
