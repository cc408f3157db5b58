DROP TABLE maid_profiles;
DROP TABLE sponsor_profiles;
