-- Papers kept of people and bodies (CASE-045): one row per paper, its newest version's dates in it.
-- source: own (put there by its owner), licence, case, pull (asked of a sharing source), proof (given by the body that owns it).
-- source_key: what makes it the same paper when it comes again. placed: the owner chose the category.
-- hidden: taken out of the disk by its owner; the centre keeps what others delivered. reminded: the last day the owner was told of.
CREATE TABLE materials (
  id @id PRIMARY KEY,
  version @int NOT NULL,
  holder_kind @text NOT NULL,
  holder_name @text NOT NULL,
  holder_index @text NOT NULL,
  holder_id_sealed @text NOT NULL,
  account_id @id,
  name @text NOT NULL,
  kind @text NOT NULL,
  category @text NOT NULL,
  placed @bool NOT NULL,
  source @text NOT NULL,
  source_key @text NOT NULL UNIQUE,
  source_name @text NOT NULL,
  org_id @id,
  item_slug @text NOT NULL,
  taken_at @id,
  last_no @int NOT NULL,
  valid_from @text,
  valid_until @text,
  state @text NOT NULL,
  void_reason @text NOT NULL,
  hidden @bool NOT NULL,
  reminded @text NOT NULL,
  added_at @time NOT NULL,
  changed_at @time NOT NULL
);
CREATE INDEX materials_by_holder ON materials (holder_index, holder_kind, id);
CREATE INDEX materials_by_account ON materials (account_id, id);
CREATE INDEX materials_by_org ON materials (org_id, id);
CREATE INDEX materials_by_end ON materials (valid_until);

-- Every version of a paper, never changed. came_from: in words, where this version is from.
CREATE TABLE material_versions (
  id @id PRIMARY KEY,
  material_id @id NOT NULL,
  no @int NOT NULL,
  file_id @id NOT NULL,
  file @json NOT NULL,
  digest @text NOT NULL,
  valid_from @text,
  valid_until @text,
  came_from @text NOT NULL,
  by_name @text NOT NULL,
  at @time NOT NULL,
  UNIQUE (material_id, no)
);
CREATE INDEX material_versions_by_file ON material_versions (file_id);

-- How far what was there before the material centre has been taken in. what: case or licence; last_id: the last one
-- looked at, the newest first.
CREATE TABLE material_intakes (
  what @text PRIMARY KEY,
  last_id @id,
  finished @bool NOT NULL
);

-- Papers asked of a sharing source. problem: what went wrong last, in words; next_at: when it is asked again.
CREATE TABLE material_pulls (
  id @id PRIMARY KEY,
  version @int NOT NULL,
  source_key @text NOT NULL,
  source_name @text NOT NULL,
  kind @text NOT NULL,
  name @text NOT NULL,
  holder_kind @text NOT NULL,
  holder_name @text NOT NULL,
  holder_index @text NOT NULL,
  holder_id_sealed @text NOT NULL,
  case_id @id,
  case_number @text NOT NULL,
  reason @text NOT NULL,
  state @text NOT NULL,
  problem @text NOT NULL,
  attempts @int NOT NULL,
  next_at @time,
  material_id @id,
  org_id @id NOT NULL,
  asked_by @id NOT NULL,
  asked_by_name @text NOT NULL,
  asked_at @time NOT NULL,
  done_at @time
);
CREATE INDEX material_pulls_by_org ON material_pulls (org_id, id);
CREATE INDEX material_pulls_by_case ON material_pulls (case_id, id);

-- Proofs asked of the body that owns them, and what it answered. told_soon, told_late: reminded before and after the day.
CREATE TABLE proof_requests (
  id @id PRIMARY KEY,
  version @int NOT NULL,
  kind @text NOT NULL,
  name @text NOT NULL,
  holder_kind @text NOT NULL,
  holder_name @text NOT NULL,
  holder_index @text NOT NULL,
  holder_id_sealed @text NOT NULL,
  account_id @id,
  purpose @text NOT NULL,
  case_id @id,
  case_number @text NOT NULL,
  item_slug @text NOT NULL,
  item_name @text NOT NULL,
  material_key @text NOT NULL,
  material_name @text NOT NULL,
  org_id @id NOT NULL,
  asked_by @id NOT NULL,
  asked_by_name @text NOT NULL,
  asked_at @time NOT NULL,
  to_org_id @id NOT NULL,
  due_on @text NOT NULL,
  state @text NOT NULL,
  material_id @id,
  material_no @int,
  reason @text NOT NULL,
  answered_by @id,
  answered_by_name @text NOT NULL,
  answered_at @time,
  ended_at @time,
  ended_by_name @text NOT NULL,
  told_soon @bool NOT NULL,
  told_late @bool NOT NULL
);
CREATE INDEX proof_requests_by_org ON proof_requests (org_id, id);
CREATE INDEX proof_requests_by_receiver ON proof_requests (to_org_id, id);
CREATE INDEX proof_requests_by_case ON proof_requests (case_id, id);
CREATE INDEX proof_requests_by_state ON proof_requests (state, due_on);

-- Which connected system may read which kind of paper, until when, and on what ground.
CREATE TABLE material_grants (
  id @id PRIMARY KEY,
  version @int NOT NULL,
  app_id @text NOT NULL,
  system_name @text NOT NULL,
  kind @text NOT NULL,
  reason @text NOT NULL,
  valid_until @text,
  given_by_name @text NOT NULL,
  given_at @time NOT NULL,
  ended_at @time,
  ended_by_name @text NOT NULL
);
CREATE INDEX material_grants_by_system ON material_grants (app_id, kind)
