-- One request; `ticket`: whose the sealed contact is.
-- in: id uuid
-- out: ticket uuid, epoch int, wrapped bytea, box bytea, body text, etag text
select ticket, epoch, wrapped, box, body, etag from tiepdan.data_request_show(:'id')
