-- token or '', page, lease and ghost in ms, strong keys, most candidates, most pending, draft, keys,
-- position in the log of stories or '', most of its entries
local token, page, lease, ghost = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local strong, most, most_pending = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local draft, blob = ARGV[8], ARGV[9]
local time = now()

local hash, field = bucket('p:', page)
local outcome = redis.call('HGET', hash, field)
if outcome then
  if token ~= '' then finish(token) end
  return { 0, outcome, redis.call('GET', P .. 'a:' .. number(outcome, 1, 6)) }
end

local keys, names = {}, { 'p' .. page }
for i = 1, #blob, 8 do
  keys[#keys + 1] = string.sub(blob, i, i + 7)
  names[#names + 1] = keys[#keys]
end

local cells = redis.call('HMGET', P .. 'w', unpack(names))
if token ~= '' and redis.call('EXISTS', P .. 'c:' .. token) == 1 then
  redis.call('HSET', P .. 'c:' .. token, 'deadline', time + lease)
else
  token = tostring(redis.call('HINCRBY', P .. 'meta', 'token', 1))
  local entry, fields = packed(tonumber(token)), {}
  for i, name in ipairs(names) do
    fields[#fields + 1] = name
    fields[#fields + 1] = (cells[i] or '') .. entry
  end
  redis.call('HSET', P .. 'w', unpack(fields))
  redis.call('HSET', P .. 'c:' .. token, 'page', page, 'keys', blob, 'deadline', time + lease, 'draft', draft)
end
redis.call('ZADD', P .. 'claims', time + lease + ghost, token)

-- Finds what shares keys: the most telling key first, then the number of keys, then age.
local function found(cell, index, hits, order)
  if not cell then return end
  for i = 1, #cell, 6 do
    local id = number(cell, i, 6)
    if not hits[id] then
      hits[id] = {}
      order[#order + 1] = id
    end
    if index >= 0 then table.insert(hits[id], index) end
  end
end
local function ranked(hits, order, first)
  local function tell(id)
    if first and first[id] then return -1 end
    local hit = hits[id][1] or strong
    return math.min(hit, strong)
  end
  table.sort(order, function(a, b)
    local x, y = tell(a), tell(b)
    if x ~= y then return x < y end
    if #hits[a] ~= #hits[b] then return #hits[a] > #hits[b] end
    return a < b
  end)
  return order
end
local function indices(list)
  local out = {}
  for i, n in ipairs(list) do out[i] = string.char(n) end
  return table.concat(out)
end

local pending_hits, pending_order, same_page = {}, {}, {}
found(cells[1], -1, pending_hits, pending_order)
for _, id in ipairs(pending_order) do same_page[id] = true end
for i = 1, #keys do found(cells[i + 1], i - 1, pending_hits, pending_order) end
local pending, mine = {}, tonumber(token)
for _, other in ipairs(ranked(pending_hits, pending_order, same_page)) do
  if #pending >= most_pending then break end
  if other ~= mine then
    local held = redis.call('HMGET', P .. 'c:' .. other, 'deadline', 'page', 'draft')
    if held[1] then
      local lapsed = tonumber(held[1]) <= time
      if lapsed or other < mine then
        pending[#pending + 1] = { other, held[2], lapsed and 1 or 0, indices(pending_hits[other]), held[3] }
      end
    end
  end
end

local hits, order = {}, {}
for i, key in ipairs(keys) do
  local k, f = bucket('k:', key)
  found(redis.call('HGET', k, f), i - 1, hits, order)
end
local candidates = {}
for _, slot in ipairs(ranked(hits, order, nil)) do
  if #candidates >= most then break end
  local record = redis.call('GET', P .. 'a:' .. slot)
  if record then candidates[#candidates + 1] = { slot, indices(hits[slot]), record } end
end

-- Positions are counted from the end: the list is cut at its head.
local news = { 0, {} }
if ARGV[10] ~= '' then
  local last = tonumber(redis.call('HGET', P .. 'meta', 'story') or '0')
  local wanted = math.min(last - tonumber(ARGV[10]), redis.call('LLEN', P .. 'stories'))
  if wanted > 0 then
    local till = math.max(wanted - tonumber(ARGV[11]), 0) + 1
    news = { last - wanted + 1, redis.call('LRANGE', P .. 'stories', -wanted, -till) }
  end
end
return { 1, tonumber(token), candidates, pending, news }
