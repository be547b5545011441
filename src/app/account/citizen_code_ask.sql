-- Has a letter with a code sent to an address, whoever has it; ends_ms: until when the code is good. citizen: the id of somebody new.
-- in: id uuid, citizen uuid, language text, epoch int, wrapped bytea, box bytea, email_index bytea, place bytea
-- out: ends_ms int
-- as: definer
select (extract(epoch from tiepdan.citizen_code_ask(:'id', :'citizen', :'language', :'epoch', :'wrapped', :'box', :'email_index',
	:'place')) * 1000)::bigint as ends_ms
