-- Years of cases (OPS-016): a closed one can be read and not changed, whoever is connected. A case is of the year it was
-- handed in, in China; from_at and until_at are its ends. checks: what was looked at when it was closed.
CREATE TABLE case_years (
  year @int PRIMARY KEY,
  version @int NOT NULL,
  closed @bool NOT NULL,
  from_at @time NOT NULL,
  until_at @time NOT NULL,
  cases @int NOT NULL,
  checks @json NOT NULL,
  reason @text NOT NULL,
  changed_at @time NOT NULL,
  changed_by @id,
  changed_by_name @text NOT NULL
);
-- Left out on purpose: the version, the account that may read it, sealed values that get another key, the file of a
-- paper that is drawn when somebody first opens it.
@only sqlite
CREATE TRIGGER cases_closed_year_insert BEFORE INSERT ON cases
WHEN NEW.submitted_at IS NOT NULL AND EXISTS (SELECT 1 FROM case_years WHERE closed AND NEW.submitted_at >= from_at AND NEW.submitted_at < until_at)
BEGIN SELECT RAISE(ABORT, 'year_closed'); END
@end
@only sqlite
CREATE TRIGGER cases_closed_year_update BEFORE UPDATE OF state, case_number, item_slug, item_version, item_name, org_id, channel, applicant_kind, applicant_name, submitted_at, accepted_at, decided_at, closed_at, delivered_at, outcome, closing, closing_reason, event_count, head_hash, taken_at ON cases
WHEN EXISTS (SELECT 1 FROM case_years WHERE closed AND ((OLD.submitted_at >= from_at AND OLD.submitted_at < until_at) OR (NEW.submitted_at >= from_at AND NEW.submitted_at < until_at)))
BEGIN SELECT RAISE(ABORT, 'year_closed'); END
@end
@only sqlite
CREATE TRIGGER cases_closed_year_delete BEFORE DELETE ON cases
WHEN EXISTS (SELECT 1 FROM case_years WHERE closed AND OLD.submitted_at >= from_at AND OLD.submitted_at < until_at)
BEGIN SELECT RAISE(ABORT, 'year_closed'); END
@end
@only sqlite
CREATE TRIGGER case_events_closed_year_update BEFORE UPDATE ON case_events
WHEN EXISTS (SELECT 1 FROM cases JOIN case_years ON case_years.closed AND cases.submitted_at >= case_years.from_at AND cases.submitted_at < case_years.until_at WHERE cases.id = OLD.case_id)
BEGIN SELECT RAISE(ABORT, 'year_closed'); END
@end
@only sqlite
CREATE TRIGGER case_events_closed_year_delete BEFORE DELETE ON case_events
WHEN EXISTS (SELECT 1 FROM cases JOIN case_years ON case_years.closed AND cases.submitted_at >= case_years.from_at AND cases.submitted_at < case_years.until_at WHERE cases.id = OLD.case_id)
BEGIN SELECT RAISE(ABORT, 'year_closed'); END
@end
@only sqlite
CREATE TRIGGER case_materials_closed_year_update BEFORE UPDATE ON case_materials
WHEN EXISTS (SELECT 1 FROM cases JOIN case_years ON case_years.closed AND cases.submitted_at >= case_years.from_at AND cases.submitted_at < case_years.until_at WHERE cases.id = OLD.case_id)
BEGIN SELECT RAISE(ABORT, 'year_closed'); END
@end
@only sqlite
CREATE TRIGGER case_materials_closed_year_delete BEFORE DELETE ON case_materials
WHEN EXISTS (SELECT 1 FROM cases JOIN case_years ON case_years.closed AND cases.submitted_at >= case_years.from_at AND cases.submitted_at < case_years.until_at WHERE cases.id = OLD.case_id)
BEGIN SELECT RAISE(ABORT, 'year_closed'); END
@end
@only sqlite
CREATE TRIGGER case_documents_closed_year_update BEFORE UPDATE OF case_id, kind, name, number, created_at ON case_documents
WHEN EXISTS (SELECT 1 FROM cases JOIN case_years ON case_years.closed AND cases.submitted_at >= case_years.from_at AND cases.submitted_at < case_years.until_at WHERE cases.id = OLD.case_id)
BEGIN SELECT RAISE(ABORT, 'year_closed'); END
@end
@only sqlite
CREATE TRIGGER case_documents_closed_year_delete BEFORE DELETE ON case_documents
WHEN EXISTS (SELECT 1 FROM cases JOIN case_years ON case_years.closed AND cases.submitted_at >= case_years.from_at AND cases.submitted_at < case_years.until_at WHERE cases.id = OLD.case_id)
BEGIN SELECT RAISE(ABORT, 'year_closed'); END
@end
@only postgres
CREATE FUNCTION tongban_case_of_closed_year() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF OLD.submitted_at IS NOT NULL AND EXISTS (SELECT 1 FROM case_years WHERE closed AND OLD.submitted_at >= from_at AND OLD.submitted_at < until_at) THEN
      RAISE EXCEPTION 'year_closed';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    IF NEW.submitted_at IS NOT DISTINCT FROM OLD.submitted_at THEN RETURN NEW; END IF;
  END IF;
  IF NEW.submitted_at IS NOT NULL AND EXISTS (SELECT 1 FROM case_years WHERE closed AND NEW.submitted_at >= from_at AND NEW.submitted_at < until_at) THEN
    RAISE EXCEPTION 'year_closed';
  END IF;
  RETURN NEW;
END $$
@end
@only postgres
CREATE TRIGGER cases_closed_year
BEFORE INSERT OR DELETE OR UPDATE OF state, case_number, item_slug, item_version, item_name, org_id, channel, applicant_kind, applicant_name, submitted_at, accepted_at, decided_at, closed_at, delivered_at, outcome, closing, closing_reason, event_count, head_hash, taken_at ON cases
FOR EACH ROW EXECUTE FUNCTION tongban_case_of_closed_year()
@end
@only postgres
CREATE FUNCTION tongban_part_of_closed_year() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF EXISTS (SELECT 1 FROM cases c JOIN case_years y ON y.closed AND c.submitted_at >= y.from_at AND c.submitted_at < y.until_at WHERE c.id = OLD.case_id) THEN
    RAISE EXCEPTION 'year_closed';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
@end
@only postgres
CREATE TRIGGER case_events_closed_year BEFORE UPDATE OR DELETE ON case_events
FOR EACH ROW EXECUTE FUNCTION tongban_part_of_closed_year()
@end
@only postgres
CREATE TRIGGER case_materials_closed_year BEFORE UPDATE OR DELETE ON case_materials
FOR EACH ROW EXECUTE FUNCTION tongban_part_of_closed_year()
@end
@only postgres
CREATE TRIGGER case_documents_closed_year BEFORE DELETE OR UPDATE OF case_id, kind, name, number, created_at ON case_documents
FOR EACH ROW EXECUTE FUNCTION tongban_part_of_closed_year()
@end
