-- Destroys what a 4.3 process still reads.
ALTER TABLE users DROP COLUMN encrypted_otp_secret, DROP COLUMN encrypted_otp_secret_iv, DROP COLUMN encrypted_otp_secret_salt;
