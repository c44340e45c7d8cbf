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

# What lies in a directory of public/, but for media. Pages ask the web domain for the files beside the directories, such as
# /favicon.ico (app/views/layouts), and in the bucket these names may be the user's. Of the image's compressed copies a
# bucket never makes a choice.
def names
  found = Dir.glob('*/**/*', base: PUBLIC).select { |name| File.file?(File.join(PUBLIC, name)) }
  found.reject { |name| name.start_with?('system/') || name.end_with?('.gz', '.br') }.sort
end

def put(store, name, body, type)
  acl = ENV.fetch('S3_PERMISSION', 'public-read')
  store.put_object(
    bucket: ENV.fetch('S3_BUCKET'), key: name, body: body, content_type: type,
    cache_control: CACHED, **(acl.empty? ? {} : { acl: acl })
  )
end

# A store tells Forbidden of what is missing to whoever may not list.
def there?(store, name)
  store.head_object(bucket: ENV.fetch('S3_BUCKET'), key: name)
  true
rescue Aws::S3::Errors::NotFound, Aws::S3::Errors::NoSuchKey, Aws::S3::Errors::Forbidden
  false
end

def publish
  bucket = store
  files = names
  digest = Digest::SHA256.hexdigest(files.map { |name| name + Digest::SHA256.file(File.join(PUBLIC, name)).hexdigest }.join)
  # Written last: whoever finds it finds everything, whichever Pod put it there.
  mark = "packs/published-#{digest}.txt"
  return puts("#{files.length} static files are in the bucket already.") if there?(bucket, mark)

  waiting = Queue.new
  files.each { |name| waiting << name }
  waiting.close
  workers = Array.new(AT_A_TIME) do
    Thread.new do
      while (name = waiting.pop)
        File.open(File.join(PUBLIC, name), 'rb') do |file|
          put(bucket, name, file, Rack::Mime.mime_type(File.extname(name)))
        end
      end
    end
  end
  workers.each(&:join)
  put(bucket, mark, "#{files.length} files\n", 'text/plain')
  puts "#{files.length} static files are in the bucket now."
end

begin
  publish
rescue Aws::Errors::ServiceError, Seahorse::Client::NetworkingError => e
  abort "The static files could not be put into bucket #{ENV.fetch('S3_BUCKET')}: #{e.message} (#{e.class})"
end
