-- token, page, outcome, slot (0: new), record, day, superseded tokens, story or '', most stories
local token, page, outcome, slot = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local record, day = ARGV[5], tonumber(ARGV[6])

if redis.call('EXISTS', P .. 'c:' .. token) == 0 then
  local hash, field = bucket('p:', page)
  if redis.call('HEXISTS', hash, field) == 0 then put_page(page, outcome, day) end
  return 0
end

local old = slot > 0 and redis.call('GET', P .. 'a:' .. slot)
if old then
  local has = {}
  for _, key in ipairs(record_keys(record)) do has[key] = true end
  for _, key in ipairs(record_keys(old)) do
    if has[key] then has[key] = nil else drop_key(key, slot) end
  end
  for key in pairs(has) do add_key(key, slot) end
  redis.call('SET', P .. 'a:' .. slot, record)
else
  slot = add_article(record)
end
put_page(page, packed(slot) .. string.rep(string.char(0), 2) .. string.sub(outcome, 9), day)
if ARGV[8] ~= '' then add_story(ARGV[8], tonumber(ARGV[9])) end
finish(token)
for other in string.gmatch(ARGV[7], '%d+') do finish(other) end
return 1
