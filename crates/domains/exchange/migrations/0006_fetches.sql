-- Files that a channel named by address with its application: fetched by a job, kept as the case's materials.
CREATE TABLE exchange_fetches (
  id @id PRIMARY KEY,
  case_id @id NOT NULL,
  case_number @text NOT NULL,
  app_id @text NOT NULL,
  system_name @text NOT NULL,
  material_key @text NOT NULL,
  name @text NOT NULL,
  size @int NOT NULL,
  digest_kind @text NOT NULL,
  digest @text NOT NULL,
  url_sealed @text NOT NULL,
  state @text NOT NULL,
  reason @text,
  attempts @int NOT NULL,
  next_at @time,
  file_id @id,
  created_at @time NOT NULL,
  updated_at @time NOT NULL
);
CREATE INDEX exchange_fetches_by_case ON exchange_fetches (case_id, id)
