import type { RedisClient } from "../redis/connect-redis.ts";
import { type ModelLimits, type ShareLedger, SLICES, SLICES_AHEAD } from "./share-ledger.ts";

/** In braces as the queues' keys are. */
const PREFIX = "{pharmadb}:model-share";

// A hash with the requests (r) and the tokens (t) of each slice. As `firstFree` of the ledger in memory, by the clock of
// the server, which all processes have in common.
const RESERVE = `
  local slice_ms, slices, ahead = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
  local max = { r = tonumber(ARGV[4]), t = tonumber(ARGV[5]) }
  local tokens = math.min(tonumber(ARGV[6]), max.t)
  local time = redis.call('TIME')
  local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
  local now = math.floor(now_ms / slice_ms)

  local used = { r = {}, t = {} }
  local flat = redis.call('HGETALL', KEYS[1])
  for i = 1, #flat, 2 do
    local kind, slice = string.sub(flat[i], 1, 1), tonumber(string.sub(flat[i], 2))
    if slice < now - slices then redis.call('HDEL', KEYS[1], flat[i])
    else used[kind][slice] = tonumber(flat[i + 1]) end
  end

  local requests, sum = 0, 0
  local function enter(slice, sign)
    requests = requests + sign * (used.r[slice] or 0)
    sum = sum + sign * (used.t[slice] or 0)
  end
  for slice = now - slices, now - 1 do enter(slice, 1) end
  local free, slice = now, now
  while slice <= free + slices do
    enter(slice, 1)
    if requests + 1 > max.r or sum + tokens > max.t then free = slice + 1 end
    if free - now > ahead then return { -1, 0 } end
    enter(slice - slices, -1)
    slice = slice + 1
  end

  redis.call('HINCRBY', KEYS[1], 'r' .. string.format('%.0f', free), 1)
  redis.call('HINCRBY', KEYS[1], 't' .. string.format('%.0f', free), string.format('%.0f', tokens))
  redis.call('PEXPIRE', KEYS[1], (ahead + 2 * slices) * slice_ms)
  return { free, free == now and 0 or math.ceil(free * slice_ms - now_ms) }`;

const CORRECT = `
  if redis.call('HEXISTS', KEYS[1], 'r' .. ARGV[1]) == 1 then
    redis.call('HINCRBY', KEYS[1], 'r' .. ARGV[1], ARGV[2])
    redis.call('HINCRBY', KEYS[1], 't' .. ARGV[1], ARGV[3])
  end`;

/** Lua's numbers have no more digits than these; nobody has such a limit. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** The ledger of all processes that use this model and this Redis. */
export function createRedisLedger(
  redis: RedisClient,
  limits: ModelLimits,
  { sliceMs, model }: { sliceMs: number; model: string },
): ShareLedger {
  const key = `${PREFIX}:${model}`;
  const fixed = [
    sliceMs,
    SLICES,
    SLICES_AHEAD,
    limits.requestsPerMinute ?? UNLIMITED,
    limits.tokensPerMinute ?? UNLIMITED,
  ];
  return {
    async reserve(tokens) {
      const [slice, waitMs] = (await redis.eval(RESERVE, 1, key, ...fixed, tokens)) as [number, number];
      return slice < 0 ? null : { slice, waitMs };
    },
    async correct(slice, { requests, tokens }) {
      await redis.eval(CORRECT, 1, key, slice, requests, tokens);
    },
  };
}
