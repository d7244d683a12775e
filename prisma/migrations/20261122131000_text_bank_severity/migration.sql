-- A severity that is none would count as the gravest. Rows that are there stay as they are.
ALTER TABLE text_bank_entries
  ADD CONSTRAINT text_bank_entries_severity_check CHECK (severity BETWEEN 0 AND 4) NOT VALID;
