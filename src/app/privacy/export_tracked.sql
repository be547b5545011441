-- Everything that is held about who filed: the sealed contact, and in body all the rest. soon: what counts as near now.
-- in: number int, generation int, now timestamptz, soon timestamptz
-- out: ticket uuid, epoch int, wrapped bytea, box bytea, code text, body text
-- as: definer
select ticket, epoch, wrapped, box, code, body from tiepdan.export_tracked(:'number', :'generation', :'now', :'soon')
