-- Which item a licence came from and where its application was taken in: lists are narrowed by both,
-- as those of cases are. A licence from before has no item, so who is limited to items does not see it.
ALTER TABLE licences ADD COLUMN item_slug @text NOT NULL DEFAULT '';
ALTER TABLE licences ADD COLUMN taken_at @id
