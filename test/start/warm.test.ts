import { expect, it } from 'vitest';
import { UnavailableError } from '../../src/errors.js';
import { warmModerations } from '../../src/start/warm.js';
import type { Moderated, ModerateNow } from '../../src/usecases/moderate.js';

const said: string[] = [];
const say = (message: string) => void said.push(message);
const log = { debug: say, info: say, warn: say, error: say };

it('asks for all that the first request would wait for, and a fault is told and nothing more', async () => {
  const asked: unknown[] = [];
  const moderate: ModerateNow = async (_note, options) => {
    asked.push(options);
    return { ms: 5_000.4 } as Moderated;
  };
  await warmModerations({ moderate, log });
  expect(asked).toEqual([{ stages: ['normalise', 'language', 'match', 'classify'], regions: ['global'] }]);
  const fails: ModerateNow = () => Promise.reject(new UnavailableError('model_missing', 'no such file'));
  await warmModerations({ moderate: fails, log });
  expect(said).toEqual(['moderations are warm', 'moderations could not be warmed']);
});
