-- Data items of filled forms that are found by query (FORM-006); which they are is set in the design library. The form
-- itself stays the only source: these rows are written anew with it. value: the answer in clear, or for personal data
-- the keyed digest of the whole answer.
CREATE TABLE form_values (
  case_id @id NOT NULL,
  code @text NOT NULL,
  value @text NOT NULL,
  PRIMARY KEY (case_id, code)
);
CREATE INDEX form_values_by_value ON form_values (code, value, case_id);

-- Corrections of filled data by staff: which fields, why, before and after (sealed).
CREATE TABLE form_corrections (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  at @time NOT NULL,
  by_id @id NOT NULL,
  by_name @text NOT NULL,
  reason @text NOT NULL,
  fields @json NOT NULL,
  changed_sealed @text NOT NULL
);
CREATE INDEX form_corrections_by_case ON form_corrections (case_id, id)
