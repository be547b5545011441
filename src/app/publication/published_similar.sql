-- Published answers whose titles are like this folded one.
-- in: title text, category text, limit int
-- out: answer text
-- as: definer
-- pool: search
select item as answer from tiepdan.published_similar(:'title', :'category', :'limit')
