DROP TABLE address_guesses;
DROP TABLE password_guesses;
