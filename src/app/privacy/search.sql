-- The tickets of a person, by keyed indexes; each search is an event of each. events: their ids, and so the most that are found.
-- in: phone bytea, email bytea, purpose text, events uuid[], at timestamptz
-- out: body text
select tiepdan.personal_data_search(:'phone', :'email', :'purpose', :'events', :'at') as body
