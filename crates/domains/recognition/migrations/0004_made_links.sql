-- Who linked an account for somebody else, and why; empty for a link of one's own.
ALTER TABLE mobile_links ADD COLUMN linked_by @text NOT NULL DEFAULT '';
ALTER TABLE mobile_links ADD COLUMN link_reason @text NOT NULL DEFAULT ''
