-- The log of messages by state, newest first (CASE-031); millions of sent ones must not be read to find the failed.
CREATE INDEX messages_by_state ON messages (state, id)
