-- Business tables people define (FORM-033). No table of the database is made for them: rows are documents,
-- and what is searched, filtered and sorted stands beside them in table_values.

-- One row a table. draft: the content under work, absent when it equals the published one. version: the
-- published one, 0 for none. revision counts every change; an editor's page must be as new.
CREATE TABLE table_definitions (
  id @id PRIMARY KEY,
  key @text NOT NULL UNIQUE,
  title @text NOT NULL,
  draft @json,
  version @int NOT NULL,
  disabled @bool NOT NULL,
  revision @int NOT NULL,
  copied_at @time,
  changed_at @time NOT NULL,
  changed_by_name @text NOT NULL
);

-- Published content, frozen for ever.
CREATE TABLE table_versions (
  table_id @id NOT NULL,
  version @int NOT NULL,
  content @json NOT NULL,
  published_at @time NOT NULL,
  published_by_name @text NOT NULL,
  PRIMARY KEY (table_id, version)
);

-- Rows. version: the one they were written with. search_text: what the search box looks through, small letters.
-- source_key: the row of the view a table is attached to.
CREATE TABLE table_rows (
  id @id PRIMARY KEY,
  table_id @id NOT NULL,
  version @int NOT NULL,
  org_id @id,
  content @json NOT NULL,
  values_sealed @text,
  search_text @text NOT NULL,
  source_key @text,
  revision @int NOT NULL,
  created_at @time NOT NULL,
  created_by_name @text NOT NULL,
  changed_at @time NOT NULL,
  changed_by_name @text NOT NULL
);
CREATE INDEX table_rows_by_table ON table_rows (table_id, id);
CREATE INDEX table_rows_by_org ON table_rows (table_id, org_id, id);
CREATE UNIQUE INDEX table_rows_by_source ON table_rows (table_id, source_key);

-- What stands in the fields of a row, one line a field also when it is empty ('' and the smallest number),
-- several for a field of several answers. The field is a value here, never a name. A sealed value has its
-- blind index in text_value. unique_value: set where no value may stand twice.
CREATE TABLE table_values (
  row_id @id NOT NULL,
  field @text NOT NULL,
  item @int NOT NULL,
  table_id @id NOT NULL,
  text_value @text NOT NULL,
  number_value @int NOT NULL,
  unique_value @text,
  PRIMARY KEY (row_id, field, item)
);
CREATE INDEX table_values_by_text ON table_values (table_id, field, text_value, row_id);
CREATE INDEX table_values_by_number ON table_values (table_id, field, number_value, row_id);
CREATE UNIQUE INDEX table_values_once ON table_values (table_id, field, unique_value);

-- Queries with list layouts, and reports (FORM-034). run_at: when a scheduled report is due next.
CREATE TABLE table_templates (
  id @id PRIMARY KEY,
  table_id @id NOT NULL,
  kind @text NOT NULL,
  title @text NOT NULL,
  content @json NOT NULL,
  roles @json NOT NULL,
  schedule @json,
  run_at @time,
  owner_id @id NOT NULL,
  owner_name @text NOT NULL,
  revision @int NOT NULL,
  changed_at @time NOT NULL
);
CREATE INDEX table_templates_by_table ON table_templates (table_id, title, id);

-- Reports made on schedule, in the owner's list.
CREATE TABLE table_outputs (
  id @id PRIMARY KEY,
  template_id @id NOT NULL,
  table_id @id NOT NULL,
  owner_id @id NOT NULL,
  title @text NOT NULL,
  file_id @id,
  problem @text,
  made_at @time NOT NULL
);
CREATE INDEX table_outputs_by_owner ON table_outputs (owner_id, id)
