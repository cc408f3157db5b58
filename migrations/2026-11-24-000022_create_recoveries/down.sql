DROP INDEX users_contested_phone;
DROP TABLE recoveries;
