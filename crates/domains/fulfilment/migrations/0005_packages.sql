-- A set that came of items taken in together (一件事套餐, CASE-029); empty for one the applicant put together. Its account_id
-- is nil when the applicant has no account: nobody finds it in the portal then.
ALTER TABLE collections ADD COLUMN package_name @text NOT NULL DEFAULT ''
