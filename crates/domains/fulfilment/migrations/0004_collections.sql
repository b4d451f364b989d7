-- Certificates of several matters collected together or each as it is ready (按需领证, CASE-029).
-- mode: ready or together. released_*: who at the window let them go one by one after all, and why.
CREATE TABLE collections (
  id @id PRIMARY KEY,
  version @int NOT NULL,
  account_id @id NOT NULL,
  applicant_name @text NOT NULL,
  mode @text NOT NULL,
  released_by_name @text,
  released_reason @text,
  created_at @time NOT NULL,
  changed_at @time NOT NULL
);
CREATE INDEX collections_by_account ON collections (account_id, id);

-- ended_at, delivered_at: fed by the events of the case. A case is in one collection.
CREATE TABLE collection_cases (
  case_id @id PRIMARY KEY,
  collection_id @id NOT NULL,
  case_number @text NOT NULL,
  item_name @text NOT NULL,
  item_slug @text NOT NULL,
  org_id @id NOT NULL,
  taken_at @id,
  ended_at @time,
  delivered_at @time
);
CREATE INDEX collection_cases_by_collection ON collection_cases (collection_id, case_id);
CREATE INDEX collection_cases_by_org ON collection_cases (org_id, collection_id)
