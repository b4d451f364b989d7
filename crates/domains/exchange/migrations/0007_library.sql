-- What the item library above holds, as of the last pull that ended well, and the pulls.
CREATE TABLE exchange_library_items (
  task_code @text PRIMARY KEY,
  name @text NOT NULL,
  version @int NOT NULL,
  in_use @bool NOT NULL,
  elements @json NOT NULL,
  slug @text,
  org_id @id,
  difference @text NOT NULL,
  changed_at @time NOT NULL,
  seen_at @time NOT NULL
);
CREATE INDEX exchange_library_items_difference ON exchange_library_items (difference, task_code);
CREATE TABLE exchange_library_runs (
  id @id PRIMARY KEY,
  task_code @text,
  by_name @text NOT NULL,
  started_at @time NOT NULL,
  ended_at @time NOT NULL,
  state @text NOT NULL,
  received @int NOT NULL,
  added @int NOT NULL,
  changed @int NOT NULL,
  removed @int NOT NULL,
  reason @text
)
