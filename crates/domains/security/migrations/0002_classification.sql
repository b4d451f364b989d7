-- Every column of the database with its class and level (DATASEC-001). Class to state are those of the
-- newest version; held_* is what is in force: the rule's own until the first confirmation (held_no 0).
CREATE TABLE data_fields (
  id @id PRIMARY KEY,
  table_name @text NOT NULL,
  column_name @text NOT NULL,
  kind @text NOT NULL,
  domain @text NOT NULL,
  protection @text NOT NULL,
  class @text NOT NULL,
  level @int NOT NULL,
  masking @text NOT NULL,
  export @text NOT NULL,
  source @text NOT NULL,
  state @text NOT NULL,
  rule_level @int NOT NULL,
  held_no @int NOT NULL,
  held_level @int NOT NULL,
  held_masking @text NOT NULL,
  held_export @text NOT NULL,
  proposed_by @id,
  version @int NOT NULL,
  gone_at @time
);
CREATE UNIQUE INDEX data_fields_place ON data_fields (table_name, column_name);
CREATE INDEX data_fields_level ON data_fields (level, state);

CREATE TABLE data_field_versions (
  id @id PRIMARY KEY,
  field_id @id NOT NULL,
  no @int NOT NULL,
  class @text NOT NULL,
  level @int NOT NULL,
  masking @text NOT NULL,
  export @text NOT NULL,
  source @text NOT NULL,
  state @text NOT NULL,
  reason @text NOT NULL,
  by_name @text NOT NULL,
  at @time NOT NULL,
  decided_by_name @text,
  decided_at @time,
  decision @text NOT NULL
);
CREATE UNIQUE INDEX data_field_versions_field ON data_field_versions (field_id, no);

-- Highest level a role or a staff user sees raw (DATASEC-010); what has no row is graded by the pack.
CREATE TABLE data_grades (
  subject @text PRIMARY KEY,
  label @text NOT NULL,
  level @int NOT NULL,
  pending_level @int,
  pending_by @id,
  pending_by_name @text NOT NULL,
  reason @text NOT NULL,
  changed_by_name @text NOT NULL,
  changed_at @time NOT NULL,
  version @int NOT NULL
);

-- Scans of stored data and what they found (DATASEC-002). Counts only; a value is never kept.
CREATE TABLE data_scans (
  id @id PRIMARY KEY,
  state @text NOT NULL,
  position @int NOT NULL,
  total @int NOT NULL,
  sample @int NOT NULL,
  values_seen @int NOT NULL,
  found @int NOT NULL,
  started_by_name @text NOT NULL,
  started_at @time NOT NULL,
  finished_at @time
);

CREATE TABLE data_findings (
  id @id PRIMARY KEY,
  scan_id @id NOT NULL,
  field_id @id NOT NULL,
  table_name @text NOT NULL,
  column_name @text NOT NULL,
  detector @text NOT NULL,
  hits @int NOT NULL,
  sampled @int NOT NULL,
  example @text NOT NULL,
  level_before @int NOT NULL,
  level @int NOT NULL,
  class @text NOT NULL,
  state @text NOT NULL,
  seen_at @time NOT NULL,
  decided_by_name @text,
  decided_at @time,
  reason @text NOT NULL,
  version @int NOT NULL
);
CREATE UNIQUE INDEX data_findings_field ON data_findings (field_id, detector);
CREATE INDEX data_findings_state ON data_findings (state, id);

-- Masked copies (DATASEC-003). The key that hashes and replaces is dropped with the end of the run.
CREATE TABLE data_copies (
  id @id PRIMARY KEY,
  purpose @text NOT NULL,
  use_kind @text NOT NULL,
  format @text NOT NULL,
  tables @json NOT NULL,
  state @text NOT NULL,
  position @int NOT NULL,
  total @int NOT NULL,
  rows_done @int NOT NULL,
  columns_masked @int NOT NULL,
  run_key_sealed @text,
  error @text NOT NULL,
  started_by @id NOT NULL,
  started_by_name @text NOT NULL,
  started_at @time NOT NULL,
  finished_at @time,
  expires_at @time NOT NULL,
  version @int NOT NULL
);

CREATE TABLE data_copy_files (
  id @id PRIMARY KEY,
  copy_id @id NOT NULL,
  no @int NOT NULL,
  table_name @text NOT NULL,
  rows_in @int NOT NULL,
  file_id @id NOT NULL,
  file_size @int NOT NULL,
  digest @text NOT NULL,
  columns @json NOT NULL
);
CREATE UNIQUE INDEX data_copy_files_copy ON data_copy_files (copy_id, no)
