-- Cases of several items that were taken in together for one applicant (一件事套餐, CASE-004). collect: ready or together.
CREATE TABLE case_packages (
  id @id PRIMARY KEY,
  number @text NOT NULL UNIQUE,
  package_key @text NOT NULL,
  name @text NOT NULL,
  applicant_kind @text NOT NULL,
  applicant_name @text NOT NULL,
  applicant_index @text NOT NULL,
  collect @text NOT NULL,
  ticket_number @text,
  window_name @text NOT NULL,
  filed_at @time NOT NULL,
  filed_by @id NOT NULL,
  filed_by_name @text NOT NULL
);
CREATE INDEX case_packages_by_applicant ON case_packages (applicant_index);

-- ended_at: fed by the events of the case. A case is in one package at most.
CREATE TABLE case_package_cases (
  case_id @id PRIMARY KEY,
  package_id @id NOT NULL,
  place @int NOT NULL,
  case_number @text NOT NULL,
  item_slug @text NOT NULL,
  item_name @text NOT NULL,
  org_id @id NOT NULL,
  taken_at @id,
  ended_at @time
);
CREATE INDEX case_package_cases_by_package ON case_package_cases (package_id, place);
CREATE INDEX case_package_cases_by_org ON case_package_cases (org_id, package_id)
