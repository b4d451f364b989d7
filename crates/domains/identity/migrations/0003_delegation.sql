-- Delegation: who may act for whom, in which items, with which materials, how long; and every use.
CREATE TABLE grants (
  id @id PRIMARY KEY,
  version @int NOT NULL,
  role @text NOT NULL,
  state @text NOT NULL,
  asked_by @text NOT NULL,
  principal_kind @text NOT NULL,
  principal_name @text NOT NULL,
  principal_index @text NOT NULL,
  principal_sealed @text NOT NULL,
  principal_account @id,
  giver_name @text NOT NULL,
  giver_index @text NOT NULL,
  root_name @text NOT NULL,
  root_index @text NOT NULL,
  parent_id @id,
  grantee_name @text NOT NULL,
  grantee_index @text NOT NULL,
  grantee_sealed @text NOT NULL,
  relation @text NOT NULL,
  valid_from @time NOT NULL,
  valid_until @time NOT NULL,
  all_items @bool NOT NULL,
  items @json NOT NULL,
  all_materials @bool NOT NULL,
  materials @json NOT NULL,
  confirmed @text NOT NULL,
  end_reason @text NOT NULL,
  created_at @time NOT NULL,
  updated_at @time NOT NULL,
  activated_at @time,
  ended_at @time
);
CREATE INDEX grants_by_grantee ON grants (grantee_index, state);
CREATE INDEX grants_by_principal ON grants (principal_index, state);
CREATE INDEX grants_by_giver ON grants (giver_index, id);
CREATE INDEX grants_by_parent ON grants (parent_id);
CREATE INDEX grants_by_end ON grants (state, valid_until);

-- Append only: also what was refused.
CREATE TABLE grant_uses (
  id @id PRIMARY KEY,
  grant_id @id NOT NULL,
  grantor_name @text NOT NULL,
  grantee_name @text NOT NULL,
  item_key @text NOT NULL,
  item_name @text NOT NULL,
  case_id @id,
  action @text NOT NULL,
  material_key @text,
  material_name @text,
  allowed @bool NOT NULL,
  refusal @text NOT NULL,
  at @time NOT NULL
);
CREATE INDEX grant_uses_by_grant ON grant_uses (grant_id, id);
CREATE INDEX grant_uses_by_case ON grant_uses (case_id, id)
