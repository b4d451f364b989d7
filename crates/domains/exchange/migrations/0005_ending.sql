-- A system that has a case is told when the case ended here.
ALTER TABLE exchange_dispatches ADD COLUMN told_at @time
