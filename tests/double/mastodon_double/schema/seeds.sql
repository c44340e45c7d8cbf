-- The initial rows: find-or-create, so that a second run changes nothing (mastodon.md 6; mastodon: db/seeds/*.rb).

INSERT INTO oauth_applications (name, uid, secret, redirect_uri, scopes, superapp, created_at, updated_at)
SELECT 'Web', gen_random_uuid(), gen_random_uuid(), 'urn:ietf:wg:oauth:2.0:oob', 'read write follow push', true, now(), now()
WHERE NOT EXISTS (SELECT FROM oauth_applications WHERE superapp);

-- The instance actor; its keys are made when it is first asked for.
INSERT INTO accounts (id, username, actor_type, locked, created_at, updated_at)
VALUES (-99, 'mastodon.internal', 'Application', true, now(), now()) ON CONFLICT DO NOTHING;

-- The role of everyone: invite_users (mastodon: app/models/user_role.rb).
INSERT INTO user_roles (id, permissions, created_at, updated_at) VALUES (-99, 65536, now(), now()) ON CONFLICT DO NOTHING;

-- In the order of config/roles.yml, so that the sequence makes them 1, 2 and 3; permissions are the sums of its flags.
INSERT INTO user_roles (name, position, permissions, highlighted, created_at, updated_at)
SELECT name, position, permissions, true, now(), now()
FROM (VALUES ('Moderator', 10, 1049884), ('Admin', 100, 2031612), ('Owner', 1000, 1)) AS roles (name, position, permissions)
WHERE NOT EXISTS (SELECT FROM user_roles WHERE user_roles.name = roles.name)
ORDER BY position;
