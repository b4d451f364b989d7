-- Cases and what belongs to them. One row of `cases` is what lists read; long texts live beside it.
CREATE TABLE cases (
  id @id PRIMARY KEY,
  version @int NOT NULL,
  state @text NOT NULL,
  case_number @text UNIQUE,
  query_code @text,
  item_slug @text NOT NULL,
  item_version @int NOT NULL,
  item_name @text NOT NULL,
  handle_item @text NOT NULL,
  handle_item_name @text NOT NULL,
  org_id @id NOT NULL,
  channel @text NOT NULL,
  account_id @id,
  applicant_kind @text NOT NULL,
  applicant_name @text NOT NULL,
  applicant_index @text,
  personal_sealed @text NOT NULL,
  corrected @bool NOT NULL,
  correction_asked @bool NOT NULL,
  step_name @text NOT NULL,
  created_at @time NOT NULL,
  updated_at @time NOT NULL,
  submitted_at @time,
  accepted_at @time,
  decided_at @time,
  closed_at @time,
  delivered_at @time,
  due_at @time,
  legal_due_at @time,
  paused_left @int,
  outcome @text,
  closing @text,
  closing_reason @text,
  event_count @int NOT NULL,
  head_hash @text NOT NULL
);
CREATE INDEX cases_by_org_state ON cases (org_id, state, due_at, id);
CREATE INDEX cases_by_org_submitted ON cases (org_id, submitted_at, id);
CREATE INDEX cases_by_account ON cases (account_id, id);
CREATE INDEX cases_by_applicant ON cases (applicant_index);

-- What was filled in. Sealed as a whole: forms hold names, phones, addresses.
CREATE TABLE case_forms (
  case_id @id PRIMARY KEY,
  step @int NOT NULL,
  situations @json NOT NULL,
  conditions @json NOT NULL,
  consents @json NOT NULL,
  form_sealed @text NOT NULL,
  delivery_sealed @text NOT NULL
);

CREATE TABLE case_materials (
  case_id @id NOT NULL,
  key @text NOT NULL,
  name @text NOT NULL,
  handing @text NOT NULL,
  files @json NOT NULL,
  checks @json NOT NULL,
  note @text,
  updated_at @time NOT NULL,
  PRIMARY KEY (case_id, key)
);

-- Append only; each row's hash covers the row before it in the same case.
CREATE TABLE case_events (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  no @int NOT NULL,
  kind @text NOT NULL,
  at @time NOT NULL,
  actor_id @id,
  actor_name @text NOT NULL,
  text @text NOT NULL,
  data @text NOT NULL,
  previous_hash @text NOT NULL,
  hash @text NOT NULL,
  UNIQUE (case_id, no)
);
CREATE INDEX case_events_by_time ON case_events (at, id);

CREATE TABLE case_flows (
  case_id @id PRIMARY KEY,
  flow_key @text NOT NULL,
  flow_version @int NOT NULL,
  instance @text NOT NULL
);

CREATE TABLE tasks (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  flow_task @text,
  element @text NOT NULL,
  stage @text NOT NULL,
  name @text NOT NULL,
  role @text NOT NULL,
  org_id @id NOT NULL,
  state @text NOT NULL,
  created_at @time NOT NULL,
  done_at @time,
  done_by @id,
  done_by_name @text,
  outcome @text,
  opinion @text,
  files @json NOT NULL
);
CREATE INDEX tasks_open ON tasks (state, org_id, role, id);
CREATE INDEX tasks_by_case ON tasks (case_id, id);

CREATE TABLE case_documents (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  kind @text NOT NULL,
  name @text NOT NULL,
  number @text,
  data_sealed @text NOT NULL,
  file_id @id,
  created_at @time NOT NULL
);
CREATE INDEX case_documents_by_case ON case_documents (case_id, id);

CREATE TABLE special_procedures (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  procedure @text NOT NULL,
  name @text NOT NULL,
  reason @text NOT NULL,
  expected_value @int,
  expected_unit @text,
  counts_in_limit @bool NOT NULL,
  started_at @time NOT NULL,
  started_by @text NOT NULL,
  ended_at @time,
  ended_by @text,
  result @text
);
CREATE INDEX special_procedures_by_case ON special_procedures (case_id, id);

CREATE TABLE case_extensions (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  value @int NOT NULL,
  unit @text NOT NULL,
  reason @text NOT NULL,
  state @text NOT NULL,
  asked_at @time NOT NULL,
  asked_by @id NOT NULL,
  asked_by_name @text NOT NULL,
  decided_at @time,
  decided_by_name @text,
  opinion @text
);
CREATE INDEX case_extensions_by_case ON case_extensions (case_id, id);

CREATE TABLE case_urges (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  kind @text NOT NULL,
  text @text NOT NULL,
  at @time NOT NULL,
  by_name @text NOT NULL,
  reply @text,
  replied_at @time,
  replied_by_name @text
);
CREATE INDEX case_urges_by_case ON case_urges (case_id, id);

CREATE TABLE calendars (
  year @int NOT NULL,
  region @text NOT NULL,
  content @json NOT NULL,
  updated_at @time NOT NULL,
  updated_by @text NOT NULL,
  PRIMARY KEY (year, region)
);

-- Daily roots over the heads of that day's chains, chained and signed.
CREATE TABLE event_roots (
  day @text PRIMARY KEY,
  events @int NOT NULL,
  root @text NOT NULL,
  previous_root @text NOT NULL,
  signature @text NOT NULL
)
