-- Scrapes that differ from each other: two alike within half a second are taken for a double click.
local people = { "aurora_lab", "mira_orbits", "deep_sky_dan", "tidal_lock" }
local count = 0

request = function()
  count = count + 1
  local body = string.format('{"username":"%s","maxTweets":%d}', people[count % 4 + 1], count % 9973 + 1)
  local headers = { ["Content-Type"] = "application/json", ["Accept"] = "application/json" }
  return wrk.format("POST", "/api/scrape", headers, body)
end
