-- first day kept, most articles, steps, most sites → articles, pages, sites, whether more is left
local first, most, steps = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = now()
for _, token in ipairs(redis.call('ZRANGEBYSCORE', P .. 'claims', '-inf', time, 'LIMIT', 0, steps)) do
  finish(token)
end
local sites = redis.call('ZCARD', P .. 'sites')
if redis.call('ZCARD', P .. 'taught') < sites then
  -- Sites of a store that did not yet say when: the first to go.
  redis.call('ZUNIONSTORE', P .. 'taught', 2, P .. 'taught', P .. 'sites', 'AGGREGATE', 'MAX')
end
local surplus = math.min(math.max(sites - tonumber(ARGV[4]), 0), steps)
local forgotten, articles, pages = 0, 0, 0
if surplus > 0 then
  for _, site in ipairs(redis.call('ZRANGE', P .. 'taught', 0, surplus - 1)) do
    forgotten = forgotten + forget_site(site)
  end
end
for _ = 1, steps - surplus do
  local oldest = redis.call('ZRANGE', P .. 'days', 0, 0)[1]
  if not oldest then return { articles, pages, forgotten, 0 } end
  local day = tonumber(oldest)
  local count = tonumber(redis.call('HGET', P .. 'meta', 'articles') or '0')
  if day >= first and count <= most then return { articles, pages, forgotten, 0 } end
  local entry = redis.call('LPOP', P .. 'l:' .. oldest)
  if not entry then
    redis.call('ZREM', P .. 'days', oldest)
  elseif string.sub(entry, 1, 1) == 'p' then
    local hash, field = bucket('p:', string.sub(entry, 2))
    if redis.call('HDEL', hash, field) == 1 then
      redis.call('HINCRBY', P .. 'meta', 'pages', -1)
      pages = pages + 1
    end
  else
    local slot = number(entry, 2, 6)
    local record = redis.call('GET', P .. 'a:' .. slot)
    local touched = record and number(record, 2, 4)
    if record and touched > day then
      note(touched, entry)
    elseif record then
      for _, key in ipairs(record_keys(record)) do drop_key(key, slot) end
      redis.call('DEL', P .. 'a:' .. slot)
      redis.call('HINCRBY', P .. 'meta', 'articles', -1)
      articles = articles + 1
    end
  end
end
return { articles, pages, forgotten, 1 }
