-- What was done at each place when a request about personal data was answered. Values are masked.
CREATE TABLE privacy_places (
  id @id PRIMARY KEY,
  request_id @id NOT NULL,
  held_key @text NOT NULL,
  held_label @text NOT NULL,
  act @text NOT NULL,
  field_label @text NOT NULL,
  before @text NOT NULL,
  after @text NOT NULL,
  things @int NOT NULL,
  note_sealed @text NOT NULL,
  done_at @time NOT NULL
);
CREATE INDEX privacy_places_request ON privacy_places (request_id, id);
-- Whether the watch has spoken of the deadline: empty, soon, overdue.
ALTER TABLE privacy_requests ADD COLUMN warned @text NOT NULL DEFAULT '';

-- What became of a delivered packet: waiting, done, failed, unclaimed; empty for what was delivered before.
ALTER TABLE transfer_in ADD COLUMN taken @text NOT NULL DEFAULT '';
ALTER TABLE transfer_in ADD COLUMN taken_note @text NOT NULL DEFAULT '';
ALTER TABLE transfer_in ADD COLUMN taken_at @time;
CREATE INDEX transfer_in_taken ON transfer_in (taken, no)
