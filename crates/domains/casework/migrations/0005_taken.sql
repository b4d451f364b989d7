-- Which organisation's counter took the application in: a town sees what it took in for the district,
-- not what the whole district files (IDENT-028). Empty for what came online or from another system.
ALTER TABLE cases ADD COLUMN taken_at @id;
CREATE INDEX cases_taken ON cases (taken_at, state)
