-- Who acts for the applicant, and who on the applicant's side did which step (IDENT-021, IDENT-024).
ALTER TABLE cases ADD COLUMN grant_id @id;
ALTER TABLE cases ADD COLUMN agent_account @id;
ALTER TABLE cases ADD COLUMN agent_name @text;
ALTER TABLE cases ADD COLUMN agent_role @text;
CREATE TABLE case_steps (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  no @int NOT NULL,
  account_id @id NOT NULL,
  who @text NOT NULL,
  role_label @text NOT NULL,
  action @text NOT NULL,
  text @text NOT NULL,
  at @time NOT NULL
);
CREATE INDEX case_steps_by_case ON case_steps (case_id, no)
