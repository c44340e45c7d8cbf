# Puts the image's static files into the bucket before web serves a page that asks for them at CDN_HOST. Nothing is ever
# taken away: pages of the version before, open for days perhaps, find theirs too.
require 'aws-sdk-s3'
require 'digest'
require 'rack/mime'

PUBLIC = '/opt/mastodon/public'.freeze
# As the image's own server and nginx say it (mastodon.md 3.4).
CACHED = 'public, max-age=2419200, must-revalidate'.freeze
AT_A_TIME = 16

# One line says it all: what a thread fails with is raised where it is joined.
Thread.report_on_exception = false

# As Mastodon reaches the bucket for media (config/initializers/paperclip.rb).
def store
  reached = { region: ENV.fetch('S3_REGION', 'us-east-1') }
  if ENV.key?('S3_ENDPOINT')
    reached[:endpoint] = ENV['S3_ENDPOINT']
    reached[:force_path_style] = ENV['S3_OVERRIDE_PATH_STYLE'] != 'true'
  end
  Aws::S3::Client.new(**reached)
end

# What lies in a directory of public/, but for media and what only developers ask for. Beside the directories, others embed
# posts with embed.js (app/serializers/oembed_serializer.rb) and are shown the pictures; what else is there, such as
# robots.txt, is asked of the web domain, and in the bucket it is the user's.
def names
  found = Dir.glob(['*/**/*', 'embed.js', '*.png'], base: PUBLIC).select { |name| File.file?(local(name)) }
  found.reject { |name| name.start_with?('system/') || name.end_with?('.map', '.gz', '.br') }.sort
end

def local(name)
  File.join(PUBLIC, name)
end

# A bucket hands out what it was given: the image's compressed copy, if it has one, which every browser takes.
def put_file(store, name)
  packed = File.file?(local("#{name}.gz"))
  File.open(local(packed ? "#{name}.gz" : name), 'rb') do |file|
    put(store, name, file, Rack::Mime.mime_type(File.extname(name)), **(packed ? { content_encoding: 'gzip' } : {}))
  end
end

def put(store, name, body, type, **others)
  acl = ENV.fetch('S3_PERMISSION', 'public-read')
  others[:acl] = acl unless acl.empty?
  store.put_object(
    bucket: ENV.fetch('S3_BUCKET'), key: name, body: body, content_type: type, cache_control: CACHED, **others
  )
end

# A store tells Forbidden of what is missing to whoever may not list.
def there?(store, name)
  store.head_object(bucket: ENV.fetch('S3_BUCKET'), key: name)
  true
rescue Aws::S3::Errors::NotFound, Aws::S3::Errors::NoSuchKey, Aws::S3::Errors::Forbidden
  false
end

# Written last: whoever finds it finds everything, whichever Pod put it there.
def mark(files)
  "packs/published-#{Digest::SHA256.hexdigest(files.map { |name| name + Digest::SHA256.file(local(name)).hexdigest }.join)}.txt"
end

def publish
  bucket = store
  files = names
  return puts("#{files.length} static files are in the bucket already.") if there?(bucket, mark(files))

  waiting = Queue.new
  files.each { |name| waiting << name }
  waiting.close
  workers = Array.new(AT_A_TIME) do
    Thread.new { while (name = waiting.pop) do put_file(bucket, name) end }
  end
  workers.each(&:join)
  put(bucket, mark(files), "#{files.length} files\n", 'text/plain')
  puts "#{files.length} static files are in the bucket now."
end

begin
  publish
rescue Aws::Errors::ServiceError, Seahorse::Client::NetworkingError => e
  # What a HEAD fails with has no words.
  abort "The static files could not be put into bucket #{ENV.fetch('S3_BUCKET')}: #{[e.message, e.class].join(' ').strip}"
end
