ALTER TABLE user_roles ADD COLUMN require_2fa boolean NOT NULL DEFAULT false;
