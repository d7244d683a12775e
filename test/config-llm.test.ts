import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.js';
import { chatConfigOf } from '../src/config-llm.js';

const of = (env: Record<string, string>, purpose: 'opinion' | 'translation' = 'opinion') =>
  chatConfigOf(readConfig(env), purpose);

describe('chatConfigOf', () => {
  it('is null where nothing is configured', () => {
    expect(of({})).toBeNull();
  });

  it('takes the endpoint of OpenAI for a key alone', () => {
    expect(of({ LLM_API_KEY: 'k', LLM_MODEL: 'm' })).toMatchObject({
      baseUrl: 'https://api.openai.com/v1',
      apiKey: 'k',
      model: 'm',
    });
  });

  it('never sends the common key to an endpoint of a purpose', () => {
    const own = { LLM_API_KEY: 'k', LLM_MODEL: 'm', LLM_REGION: 'us', OPINION_BASE_URL: 'http://127.0.0.1:9/v1' };
    expect(of(own)).toMatchObject({ apiKey: null, region: null });
    expect(of(own, 'translation')).toMatchObject({ apiKey: 'k', region: 'us' });
  });

  it('half a configuration is a fault, unless the other purpose has its own model', () => {
    expect(() => of({ LLM_API_KEY: 'k' })).toThrowError(expect.objectContaining({ code: 'config_invalid' }));
    expect(() => of({ OPINION_MODEL: 'm' })).toThrowError(expect.objectContaining({ code: 'config_invalid' }));
    expect(of({ LLM_API_KEY: 'k', TRANSLATION_MODEL: 'm' })).toBeNull();
    expect(of({ LLM_API_KEY: 'k', TRANSLATION_MODEL: 'm' }, 'translation')).toMatchObject({ model: 'm' });
  });
});
