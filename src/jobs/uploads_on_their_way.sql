-- Uploads of which the last byte has not arrived.
-- in: limit int
-- out: id uuid
-- as: definer
select id from tiepdan.uploads_on_their_way(:'limit')
