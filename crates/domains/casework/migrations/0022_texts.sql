-- Texts of messages as edited at the desk. The highest version of a key counts; one without texts means the text of the
-- content pack.
CREATE TABLE message_texts (
  text_key @text NOT NULL,
  version @int NOT NULL,
  sms @text,
  in_app @text,
  reason @text NOT NULL,
  by_id @id NOT NULL,
  by_name @text NOT NULL,
  at @time NOT NULL,
  PRIMARY KEY (text_key, version)
)
