-- Shared by all scripts. Keys are 8 bytes, pages and articles 16, slots 6 bytes little-endian in cells
-- and decimal in key names. Every name hangs under one prefix with a hash tag, so that a cluster keeps
-- them in one slot.
local P = KEYS[1]

local function number(bytes, from, count)
  local n = 0
  for i = from + count - 1, from, -1 do n = n * 256 + string.byte(bytes, i) end
  return n
end

local function packed(n)
  local out = {}
  for i = 1, 6 do
    out[i] = string.char(n % 256)
    n = math.floor(n / 256)
  end
  return table.concat(out)
end

-- 2^21 hashes of a hundred entries each stay list-packed: a fifth of the memory of single keys.
local function bucket(kind, id)
  return P .. kind .. string.sub(id, 1, 2) .. string.char(string.byte(id, 3) % 32), string.sub(id, 3)
end

local function now()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function without(cell, entry)
  for i = 1, #cell, 6 do
    if string.sub(cell, i, i + 5) == entry then
      return string.sub(cell, 1, i - 1) .. string.sub(cell, i + 6)
    end
  end
  return nil
end

-- Ends a claim and forgets it.
local function finish(token)
  local claim = P .. 'c:' .. token
  local held = redis.call('HMGET', claim, 'keys', 'page')
  if not held[1] then return end
  local names = { 'p' .. held[2] }
  for i = 1, #held[1], 8 do names[#names + 1] = string.sub(held[1], i, i + 7) end
  local cells = redis.call('HMGET', P .. 'w', unpack(names))
  local entry = packed(tonumber(token))
  for i, name in ipairs(names) do
    local left = cells[i] and without(cells[i], entry)
    if left == '' then
      redis.call('HDEL', P .. 'w', name)
    elseif left then
      redis.call('HSET', P .. 'w', name, left)
    end
  end
  redis.call('DEL', claim)
  redis.call('ZREM', P .. 'claims', token)
end

-- The keys in the head of a record.
local function record_keys(record)
  local keys = {}
  for i = 0, number(record, 6, 2) - 1 do
    keys[#keys + 1] = string.sub(record, 8 + i * 8, 15 + i * 8)
  end
  return keys
end

-- A full cell keeps its first half and drops the oldest of the rest.
local function add_key(key, slot)
  local hash, field = bucket('k:', key)
  local cell = redis.call('HGET', hash, field) or ''
  local entry = packed(slot)
  if without(cell, entry) then return end
  if #cell >= 48 then cell = string.sub(cell, 1, 24) .. string.sub(cell, 31) end
  redis.call('HSET', hash, field, cell .. entry)
end

local function drop_key(key, slot)
  local hash, field = bucket('k:', key)
  local cell = redis.call('HGET', hash, field)
  local left = cell and without(cell, packed(slot))
  if left == '' then
    redis.call('HDEL', hash, field)
  elseif left then
    redis.call('HSET', hash, field, left)
  end
end

local function note(day, entry)
  redis.call('RPUSH', P .. 'l:' .. day, entry)
  redis.call('ZADD', P .. 'days', day, day)
end

local function add_article(record)
  local slot = redis.call('HINCRBY', P .. 'meta', 'slot', 1)
  for _, key in ipairs(record_keys(record)) do add_key(key, slot) end
  redis.call('SET', P .. 'a:' .. slot, record)
  redis.call('HINCRBY', P .. 'meta', 'articles', 1)
  note(number(record, 2, 4), 's' .. packed(slot))
  return slot
end

local function put_page(page, outcome, day)
  local hash, field = bucket('p:', page)
  if redis.call('HSET', hash, field, outcome) == 1 then
    redis.call('HINCRBY', P .. 'meta', 'pages', 1)
  end
  note(day, 'p' .. page)
end

local function add_story(entry, most)
  redis.call('RPUSH', P .. 'stories', entry)
  redis.call('HINCRBY', P .. 'meta', 'story', 1)
  if redis.call('LLEN', P .. 'stories') > most then redis.call('LPOP', P .. 'stories') end
end

-- Listed by name in 'sites', by the time of its last lesson in 'taught'.
local function forget_site(site)
  redis.call('ZREM', P .. 'sites', site)
  redis.call('ZREM', P .. 'taught', site)
  return redis.call('DEL', P .. 'site:' .. site)
end
