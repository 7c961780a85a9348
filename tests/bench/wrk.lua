-- Sends one prepared request after the other: each line of the file is method, path, cookies, body, tab separated.
local lines, at, good, bad = {}, 0, 0, 0
statuses = ""

function init(args)
  for line in io.lines(args[1]) do
    local method, path, cookies, body = line:match("([^\t]*)\t([^\t]*)\t([^\t]*)\t?(.*)")
    local headers = { ["Cookie"] = cookies, ["Accept-Encoding"] = "gzip" } -- as every browser does
    if method == "POST" then headers["Content-Type"] = "application/x-www-form-urlencoded" end
    lines[#lines + 1] = wrk.format(method, path, headers, method == "POST" and body or nil)
  end
  counts = {}
end

function request()
  at = at % #lines + 1
  return lines[at]
end

function response(status)
  counts[status] = (counts[status] or 0) + 1
  statuses = ""
  for code, number in pairs(counts) do statuses = statuses .. code .. "=" .. number .. " " end
end

function setup(thread) the_thread = thread end

function done(summary, latency)
  io.write(string.format("RESULT %d %d %.2f %.2f %.2f %s\n", summary.requests, summary.duration,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000, the_thread:get("statuses")))
end
