# frozen_string_literal: true

# `bin/rails runner CODE|FILE|- [ARGUMENT…]`, after bin/rails has checked the environment: real Ruby, real ActiveRecord and
# libpq, and as many of Mastodon's models as environment.rb holds.

require_relative 'environment'

code = ARGV.shift
abort 'Please specify a valid ruby command or the path of a script to run.' if code.nil?

if code == '-'
  eval($stdin.read, TOPLEVEL_BINDING, 'stdin')
elsif File.exist?(code)
  load code
else
  eval(code, TOPLEVEL_BINDING, '(rails runner)')
end
