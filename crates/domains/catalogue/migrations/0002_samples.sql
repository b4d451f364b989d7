-- Sample applications of a pack that end well: the guide shows a form filled in from them.
CREATE TABLE item_samples (
  slug @text NOT NULL,
  name @text NOT NULL,
  handle_item @text NOT NULL,
  content @json NOT NULL,
  PRIMARY KEY (slug, name)
)
