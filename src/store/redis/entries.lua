-- sites, what was met again, and what is imported: 'put_site' | 'forget_site' | 'meet' | 'article' | 'page' | 'story'
local act = ARGV[1]
if act == 'put_site' then
  local site = P .. 'site:' .. ARGV[2]
  if tonumber(redis.call('HGET', site, 'r') or '0') ~= tonumber(ARGV[3]) then return 0 end
  redis.call('HINCRBY', site, 'r', 1)
  redis.call('HSET', site, 'b', ARGV[4])
  redis.call('ZADD', P .. 'sites', 0, ARGV[2])
  redis.call('ZADD', P .. 'taught', now(), ARGV[2])
  return 1
elseif act == 'forget_site' then
  return forget_site(ARGV[2])
elseif act == 'meet' then
  -- slot, day, the state behind the keys as it was and as it is to be
  local name, known, met = P .. 'a:' .. ARGV[2], ARGV[4], ARGV[5]
  local record = redis.call('GET', name)
  if not record then return 0 end
  local from = 8 + 8 * number(record, 6, 2)
  local state = string.sub(record, from, from + #known - 1) == known and met or nil
  local day = math.max(number(record, 2, 4), tonumber(ARGV[3]))
  redis.call('SET', name, string.sub(record, 1, 1) .. string.sub(packed(day), 1, 4) .. string.sub(record, 6, from - 1)
    .. (state or '') .. string.sub(record, state and from + #known or from))
  return 1
elseif act == 'article' then
  local function id(record)
    local at = 8 + 8 * number(record, 6, 2)
    return string.sub(record, at, at + 15)
  end
  for _, key in ipairs(record_keys(ARGV[2])) do
    local hash, field = bucket('k:', key)
    local cell = redis.call('HGET', hash, field) or ''
    for i = 1, #cell, 6 do
      local known = redis.call('GET', P .. 'a:' .. number(cell, i, 6))
      if known and id(known) == id(ARGV[2]) then return 0 end
    end
  end
  add_article(ARGV[2])
  return 1
elseif act == 'page' then
  local hash, field = bucket('p:', ARGV[2])
  if redis.call('HEXISTS', hash, field) == 1 then return 0 end
  put_page(ARGV[2], ARGV[3], tonumber(ARGV[4]))
  return 1
end
add_story(ARGV[2], tonumber(ARGV[3]))
return 1
