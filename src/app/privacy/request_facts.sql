-- What an extension is counted from.
-- in: id uuid, version int, at timestamptz
-- out: filed_ms int, amount int, unit text, extension int
select filed_ms, amount, unit, extension from tiepdan.data_request_facts(:'id', :'version', :'at')
