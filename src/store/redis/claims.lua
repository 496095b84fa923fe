-- what is done with claims that are held: 'release' | 'lapse' | 'amend' | 'renew'
local act = ARGV[1]
if act == 'release' then
  finish(ARGV[2])
elseif act == 'renew' then
  local time = now()
  for i = 4, #ARGV do
    local claim = P .. 'c:' .. ARGV[i]
    if redis.call('EXISTS', claim) == 1 then
      redis.call('HSET', claim, 'deadline', time + tonumber(ARGV[2]))
      redis.call('ZADD', P .. 'claims', time + tonumber(ARGV[2]) + tonumber(ARGV[3]), ARGV[i])
    end
  end
elseif redis.call('EXISTS', P .. 'c:' .. ARGV[2]) == 1 then
  if act == 'lapse' then
    redis.call('HSET', P .. 'c:' .. ARGV[2], 'deadline', now())
  else
    redis.call('HSET', P .. 'c:' .. ARGV[2], 'draft', ARGV[3])
  end
end
return 1
