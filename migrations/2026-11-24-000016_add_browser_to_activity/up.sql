-- What the owner recognises an act by, besides the coarse address.
ALTER TABLE activity ADD COLUMN browser text;
