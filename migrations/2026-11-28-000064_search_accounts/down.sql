DROP INDEX maid_profiles_name;
DROP INDEX sponsor_profiles_name;
