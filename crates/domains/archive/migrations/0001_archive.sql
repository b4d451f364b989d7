-- Archivable files of ended cases (CASE-044): one per case and kind of end, never written over.
-- digest: SM3 of the file; covers: events of the case's chain that are in it.
CREATE TABLE archive_sets (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  case_number @text NOT NULL,
  item_slug @text NOT NULL,
  item_name @text NOT NULL,
  org_id @id NOT NULL,
  taken_at @id,
  ended_as @text NOT NULL,
  ended_at @time,
  file_id @id NOT NULL,
  digest @text NOT NULL,
  size @int NOT NULL,
  parts @json NOT NULL,
  covers @int NOT NULL,
  head_hash @text NOT NULL,
  replaces @text NOT NULL,
  made_at @time NOT NULL,
  UNIQUE (case_id, ended_as)
);
CREATE INDEX archive_sets_by_org ON archive_sets (org_id, id);
CREATE INDEX archive_sets_by_number ON archive_sets (case_number);

-- How the words of an earlier system become ours, kept for the next file of the same system.
CREATE TABLE legacy_mappings (
  id @id PRIMARY KEY,
  version @int NOT NULL,
  source @text NOT NULL UNIQUE,
  mapping @json NOT NULL,
  changed_at @time NOT NULL,
  changed_by_name @text NOT NULL
);

-- A file of cases brought in, or only tried. next_line: where the job goes on. report: counts and sums compared.
CREATE TABLE legacy_runs (
  id @id PRIMARY KEY,
  version @int NOT NULL,
  source @text NOT NULL,
  trial @bool NOT NULL,
  state @text NOT NULL,
  file_id @id NOT NULL,
  file_name @text NOT NULL,
  file_digest @text NOT NULL,
  mapping @json NOT NULL,
  rows_total @int NOT NULL,
  next_row @int NOT NULL,
  created @int NOT NULL,
  updated @int NOT NULL,
  unchanged @int NOT NULL,
  failed @int NOT NULL,
  report @json NOT NULL,
  problem @text NOT NULL,
  started_at @time NOT NULL,
  started_by @id NOT NULL,
  started_by_name @text NOT NULL,
  finished_at @time
);

-- kind: line (a line that was not taken) or difference (found when file and database were compared).
CREATE TABLE legacy_problems (
  id @id PRIMARY KEY,
  run_id @id NOT NULL,
  kind @text NOT NULL,
  line @int NOT NULL,
  source_number @text NOT NULL,
  message @text NOT NULL
);
CREATE INDEX legacy_problems_by_run ON legacy_problems (run_id, line, id);

-- Cases of earlier systems as they came: records to look up, never worked on. digest: SM3 over what the file said.
CREATE TABLE legacy_cases (
  id @id PRIMARY KEY,
  source @text NOT NULL,
  source_number @text NOT NULL,
  item_name @text NOT NULL,
  item_slug @text NOT NULL,
  org_id @id NOT NULL,
  channel @text NOT NULL,
  applicant_kind @text NOT NULL,
  applicant_name @text NOT NULL,
  applicant_index @text NOT NULL,
  personal_sealed @text NOT NULL,
  result @text NOT NULL,
  submitted_at @time NOT NULL,
  accepted_at @time,
  closed_at @time,
  digest @text NOT NULL,
  run_id @id NOT NULL,
  changed_at @time NOT NULL,
  UNIQUE (source, source_number)
);
CREATE INDEX legacy_cases_by_org ON legacy_cases (org_id, submitted_at, id);
CREATE INDEX legacy_cases_by_applicant ON legacy_cases (applicant_index);
CREATE INDEX legacy_cases_by_run ON legacy_cases (run_id)
