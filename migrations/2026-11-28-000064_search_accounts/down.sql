DROP INDEX users_administrators;
DROP INDEX maid_profiles_name;
DROP INDEX sponsor_profiles_name;
