-- Requests of many visitors behind a proxy, each with filters that no request had before.
local n, visitors = tonumber(os.getenv("FIRST") or 0), 5000
local names = {"local_share", "total_spend", "sme_share", "contracts"}
local what = os.getenv("ADDRESSES") or "figures"

function request()
  n = n + 1
  local filters = "?year=" .. (2019 + math.floor(n / 4) % 7) .. "&cpv=" .. (n % 90 + 10) .. "&cpv=" .. n
  local visitor = n % visitors
  local headers = {["X-Forwarded-For"] = "10.0." .. math.floor(visitor / 250) .. "." .. (visitor % 250 + 1)}
  local name = names[n % 4 + 1]
  local address = {
    figures = "/api/measure/" .. name .. filters,
    pages = "/figures/" .. name .. filters,
    rows = "/contracts" .. filters,
    home = "/",
  }
  return wrk.format("GET", address[what], headers)
end
