-- Which items may be taken in other ways than one by one (CASE-015, CASE-016), as agreed with their departments.
CREATE TABLE intake_kinds (
  item_slug @text PRIMARY KEY,
  item_name @text NOT NULL,
  org_id @id NOT NULL,
  bulk @bool NOT NULL,
  in_only @bool NOT NULL,
  out_only @bool NOT NULL,
  agreement @text NOT NULL,
  version @int NOT NULL,
  changed_at @time NOT NULL,
  changed_by_name @text NOT NULL
);

-- Bulk cases 批量件. doing: empty, register, accept or complete; run_id names the job that does it.
CREATE TABLE bulk_batches (
  id @id PRIMARY KEY,
  version @int NOT NULL,
  name @text NOT NULL,
  org_id @id NOT NULL,
  item_slug @text NOT NULL,
  item_name @text NOT NULL,
  handle_item @text NOT NULL,
  handle_item_name @text NOT NULL,
  taken_at @id,
  delivery_way @text NOT NULL,
  materials_note @text NOT NULL,
  doing @text NOT NULL,
  run_id @id,
  problem @text NOT NULL,
  created_at @time NOT NULL,
  created_by @id NOT NULL,
  created_by_name @text NOT NULL,
  changed_at @time NOT NULL
);
CREATE INDEX bulk_batches_by_org ON bulk_batches (org_id, id);

-- state: draft, filed, accepted, completed; problem: why the last act did not go through.
CREATE TABLE bulk_lines (
  id @id PRIMARY KEY,
  batch_id @id NOT NULL,
  no @int NOT NULL,
  version @int NOT NULL,
  state @text NOT NULL,
  applicant_kind @text NOT NULL,
  applicant_name @text NOT NULL,
  applicant_index @text NOT NULL,
  personal_sealed @text NOT NULL,
  problem @text NOT NULL,
  case_id @id,
  case_number @text NOT NULL,
  item_slug @text NOT NULL,
  org_id @id NOT NULL,
  taken_at @id,
  filed_at @time,
  changed_at @time NOT NULL,
  UNIQUE (batch_id, applicant_index)
);
CREATE INDEX bulk_lines_by_batch ON bulk_lines (batch_id, no);
CREATE INDEX bulk_lines_by_case ON bulk_lines (case_id);
CREATE INDEX bulk_lines_by_filed ON bulk_lines (org_id, filed_at);

-- In-only and out-only cases (CASE-016): handled elsewhere, so no flow and no clock runs here. kind: in_only, out_only.
-- state: taken, sent, resulted (in-only); received, delivered (out-only).
CREATE TABLE intake_records (
  id @id PRIMARY KEY,
  version @int NOT NULL,
  number @text NOT NULL UNIQUE,
  kind @text NOT NULL,
  state @text NOT NULL,
  item_slug @text NOT NULL,
  item_name @text NOT NULL,
  handle_item @text NOT NULL,
  handle_item_name @text NOT NULL,
  org_id @id NOT NULL,
  taken_at @id,
  applicant_kind @text NOT NULL,
  applicant_name @text NOT NULL,
  applicant_index @text NOT NULL,
  personal_sealed @text NOT NULL,
  materials_note @text NOT NULL,
  elsewhere_name @text NOT NULL,
  elsewhere_number @text NOT NULL,
  result @text NOT NULL,
  result_name @text NOT NULL,
  result_number @text NOT NULL,
  result_on @text NOT NULL,
  receiver_name @text NOT NULL,
  received_at @time NOT NULL,
  resulted_at @time,
  delivered_at @time,
  created_by @id NOT NULL,
  created_by_name @text NOT NULL,
  changed_at @time NOT NULL
);
CREATE INDEX intake_records_by_org ON intake_records (org_id, id);
CREATE INDEX intake_records_by_time ON intake_records (received_at, id);

-- What was done with such a record, append only.
CREATE TABLE intake_record_steps (
  id @id PRIMARY KEY,
  record_id @id NOT NULL,
  at @time NOT NULL,
  by_id @id NOT NULL,
  by_name @text NOT NULL,
  step @text NOT NULL,
  text @text NOT NULL
);
CREATE INDEX intake_record_steps_by_record ON intake_record_steps (record_id, id);

-- Scans of the barcode of a case (CASE-014). point: receive, handle, notify.
CREATE TABLE barcode_scans (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  case_number @text NOT NULL,
  point @text NOT NULL,
  at @time NOT NULL,
  by_id @id NOT NULL,
  by_name @text NOT NULL,
  org_id @id
);
CREATE INDEX barcode_scans_by_case ON barcode_scans (case_id, id)
