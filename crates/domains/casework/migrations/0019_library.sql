-- Other systems read the case library by time of change (CASE-040).
CREATE INDEX cases_by_change ON cases (updated_at, id)
