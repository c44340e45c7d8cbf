-- Names that registrations may not take; 4.4 keeps them in a setting (mastodon: db/seeds/05_blocked_usernames.rb).
INSERT INTO username_blocks (username, normalized_username, exact, created_at, updated_at)
SELECT name, name, name NOT IN ('mastodon', 'mastadon'), now(), now()
FROM unnest(string_to_array(
  'abuse account accounts admin administration administrator admins help helpdesk instance mod moderator moderators mods'
  ' owner root security server staff support webmaster mastodon mastadon', ' '
)) AS name
ON CONFLICT DO NOTHING;
