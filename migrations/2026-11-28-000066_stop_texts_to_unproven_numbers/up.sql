-- Since when texts to unproven numbers of a country are stopped by the one button that stops them everywhere. Its
-- counterpart opens exactly those that were open before.
ALTER TABLE country_policies
    ADD COLUMN stopped_at timestamptz,
    ADD CONSTRAINT country_policies_stopped_is_closed CHECK (stopped_at IS NULL OR NOT unproven);
