-- Which version of each flow that its own flow calls a case keeps (FORM-029): JSON, key to version; empty for none.
ALTER TABLE case_flows ADD COLUMN calls @text NOT NULL DEFAULT ''
