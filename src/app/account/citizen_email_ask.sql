-- Has a letter with a code sent to the new address of the citizen who calls, for whom it is sealed.
-- in: id uuid, language text, epoch int, wrapped bytea, box bytea, email_index bytea, place bytea
-- out: ends_ms int
select (extract(epoch from tiepdan.citizen_email_ask(:'id', :'language', :'epoch', :'wrapped', :'box', :'email_index',
	:'place')) * 1000)::bigint as ends_ms
