# licensee (Debian: ruby-licensee) over JSON lines; the same protocol as peer_worker.py.
START = Process.clock_gettime(Process::CLOCK_MONOTONIC)
require "json"
require "licensee"

def answer(text)
  start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  license = Licensee::ProjectFiles::LicenseFile.new(text, "LICENSE").license
  ms = (Process.clock_gettime(Process::CLOCK_MONOTONIC) - start) * 1000
  ids = license.nil? || %w[other no-license].include?(license.key) ? [] : [license.spdx_id]
  { ids: ids, verdict: ids.empty? ? "none" : "match", clean: !ids.empty?, ms: ms }
end

answer("A few words that are no license at all, to have everything loaded.")
$stdout.sync = true
puts JSON.generate(start: Process.clock_gettime(Process::CLOCK_MONOTONIC) - START)
$stdin.each_line do |line|
  text = JSON.parse(line)["text"]
  if text.nil?
    peak = File.readlines("/proc/self/status").grep(/VmHWM/).first.to_s[/\d+/].to_i
    puts JSON.generate(rss: peak / 1024.0)
    next
  end
  begin
    puts JSON.generate(answer(text))
  rescue StandardError => e
    puts JSON.generate(ids: [], verdict: "error: #{e.class}: #{e.message}"[0, 200], clean: false, ms: 0.0)
  end
end
