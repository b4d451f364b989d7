-- Changes that staff made to what the applicant handed in, while handling the case; the files before stay here.
CREATE TABLE case_material_changes (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  key @text NOT NULL,
  act @text NOT NULL,
  before @json NOT NULL,
  after @json NOT NULL,
  reason @text NOT NULL,
  by_id @id NOT NULL,
  by_name @text NOT NULL,
  at @time NOT NULL
);
CREATE INDEX case_material_changes_by_case ON case_material_changes (case_id, key, id)
