DROP TABLE two_factor_backup_codes;
