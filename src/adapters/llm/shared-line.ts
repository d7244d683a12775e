import { sha256Hex } from '../../domain/sha256.js';
import { MINUTE_MS } from '../../domain.js';
import { type Line, type LineOptions, LONGEST_LINE_MS, localLine } from './line.js';

/** Runs a Lua script on one key. Throws when Redis is away. */
export type RunScript = (script: string, key: string, args: readonly (string | number)[]) => Promise<unknown>;

/** Answers the wait in ms, or -1. `left` may be below zero: those who wait. */
const TAKE = `
local per, now, longest, add = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local left = tonumber(redis.call('HGET', KEYS[1], 'left') or per)
local at = tonumber(redis.call('HGET', KEYS[1], 'at') or now)
left = math.min(per, left + math.max(0, now - at) / ${MINUTE_MS} * per)
local wait = math.max(0, (1 - left) / per * ${MINUTE_MS})
if add > 0 then
  left = math.min(per, left + 1)
elseif wait > longest then
  wait = -1
else
  left = left - 1
end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', tostring(math.max(at, now)))
redis.call('PEXPIRE', KEYS[1], ${3 * MINUTE_MS})
return tostring(wait)`;

/** Answers 1 where the endpoint may be asked, 0 where it is left alone. */
const BREAKER = `
local how, now, most, rest, trial = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local failures = tonumber(redis.call('HGET', KEYS[1], 'failures') or 0)
local restUntil = tonumber(redis.call('HGET', KEYS[1], 'rest') or 0)
local trialUntil = tonumber(redis.call('HGET', KEYS[1], 'trial') or 0)
local open = failures >= most and (now < restUntil or now < trialUntil)
if how == 'enter' and not open and failures >= most then
  redis.call('HSET', KEYS[1], 'trial', tostring(now + trial))
elseif how == 'succeeded' then
  redis.call('DEL', KEYS[1])
elseif how == 'neutral' then
  redis.call('HSET', KEYS[1], 'trial', '0')
elseif how == 'failed' then
  redis.call('HSET', KEYS[1], 'failures', tostring(failures + 1), 'rest', tostring(now + rest), 'trial', '0')
end
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('PEXPIRE', KEYS[1], math.ceil(2 * (rest + trial)) + 3600000) end
if open then return 0 end
return 1`;

/** Redis is not asked again at once: every question would wait for it. */
const AWAY_MS = 5_000;

/** `name` stands for the endpoint; keys hold its hash. */
export function sharedLine(run: RunScript, name: string, options: LineOptions): Line {
  const key = `polywarden:llm:${sha256Hex(name).slice(0, 16)}`;
  const own = localLine(options);
  const { requestsPerMinute, breakerFailures, breakerRestMs, trialMs } = options;
  const turns = async (now: number, add: 0 | 1): Promise<number> =>
    Number(await run(TAKE, `${key}:turns`, [requestsPerMinute, now, LONGEST_LINE_MS, add]));
  const breaker = async (how: string, now: number): Promise<boolean> =>
    Number(await run(BREAKER, `${key}:breaker`, [how, now, breakerFailures, breakerRestMs, trialMs])) === 1;
  /** Both are kept, so that a process knows what it saw when Redis goes. */
  let awayUntil = 0;
  const both = async <T>(now: number, shared: () => Promise<T>, alone: () => Promise<T>): Promise<T> => {
    const mine = await alone();
    if (now < awayUntil) return mine;
    return shared().catch(() => {
      awayUntil = now + AWAY_MS;
      return mine;
    });
  };
  return {
    take: (now) =>
      both(
        now,
        async () => {
          const waitMs = await turns(now, 0);
          return waitMs < 0 ? null : waitMs;
        },
        () => own.take(now),
      ),
    giveBack: (now) =>
      both(
        now,
        async () => void (await turns(now, 1)),
        () => own.giveBack(now),
      ),
    enter: (now) =>
      both(
        now,
        () => breaker('enter', now),
        () => own.enter(now),
      ),
    isOpen: (now) =>
      both(
        now,
        async () => !(await breaker('look', now)),
        () => own.isOpen(now),
      ),
    ended: (how, now) =>
      both(
        now,
        async () => void (await breaker(how, now)),
        () => own.ended(how, now),
      ),
  };
}
