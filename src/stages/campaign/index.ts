/** How many authors posted nearly the same text lately. Counts only; what follows is the policy's. */
import { type CampaignEvidence, DAY_MS, type LabelledText, type Note } from '../../domain.js';
import type { CampaignStore } from '../../ports.js';
import type { Stage, StageInput } from '../stage.js';
import { bandsOf } from './signature.js';

/** Shorter texts ("so cute!") are alike without being a campaign. */
const LEAST_UNITS = 20;

/** Title and body as they are compared: folded, without spaces, links kept. Text on images is not the author's wording. */
function signedText(texts: readonly LabelledText[]): string {
  return texts
    .filter(({ part }) => part === 'title' || part === 'body')
    .map(({ text }) => text.view('folded').text.replaceAll(' ', ''))
    .join('');
}

/** Null when the platform did not say, or said something that is no time before now. */
function accountAgeDays(note: Note, now: number): number | null {
  const created = Date.parse(note.author?.createdAt ?? '');
  return Number.isNaN(created) || created > now ? null : Math.floor((now - created) / DAY_MS);
}

async function count(store: CampaignStore, input: StageInput): Promise<CampaignEvidence> {
  const bands = bandsOf(signedText(input.texts));
  const counts = await store.record({
    sourceId: input.sourceId,
    revisionId: input.revisionId,
    authorId: input.note.author?.id ?? null,
    accountAgeDays: accountAgeDays(input.note, input.now),
    bands,
    at: input.now,
  });
  return { signature: bands.join('.'), ...counts };
}

export function campaignStage(store: CampaignStore | null): Stage<'campaign'> {
  return {
    name: 'campaign',
    version: '1',
    reads: ['normalise'],
    languages: '*',
    cost: 'local',
    timeoutMs: 5_000,
    when(input) {
      if (store === null) return { run: false, why: 'no_store' };
      const length = signedText(input.texts).length;
      if (length === 0) return { run: false, why: 'no_text' };
      return length < LEAST_UNITS ? { run: false, why: 'not_needed' } : { run: true };
    },
    async run(input, signal): Promise<CampaignEvidence> {
      signal.throwIfAborted();
      if (store === null) throw new Error('the campaign stage ran without a store');
      return count(store, input);
    },
  };
}
