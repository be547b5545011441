-- Reasons to refuse any ticket, with what is told of them.
-- in: none
-- out: code text, text_vi text, text_en text
-- as: owner
select code, text_vi || ' Căn cứ: ' || basis_vi || '.', text_en || ' Legal basis: ' || basis_en || '.'
from tiepdan.refusal_reason
where action = 'refuse' and valid_from is null and valid_to is null and code not like 'press%'
order by code
