-- What departments became, for the copy in memory.
-- in: none
-- out: before int, after int, category text, area text
-- as: definer
select before, after, category, area from tiepdan.lineage_list()
