-- Whoever runs the service finds people by the words of their names, and by how these begin.
CREATE INDEX sponsor_profiles_name ON sponsor_profiles USING gin (to_tsvector('simple', full_name));
CREATE INDEX maid_profiles_name ON maid_profiles USING gin (to_tsvector('simple', full_name));
