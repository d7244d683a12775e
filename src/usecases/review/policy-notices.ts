/** What authors read about decisions of the policy: made whenever somebody asks, by the files that decided. */
import { mainLanguageOf, type NoticeText } from '../../domain.js';
import type { StoredDecision } from '../../ports/notes.js';
import type { NoteView, RevisionView } from '../../ports/store.js';
import type { BundleAt } from './bundles.js';
import { restricts, verdictOf } from './choices.js';
import { noticesOf } from './notice.js';

export interface PolicyNoticePorts {
  readonly bundleAt: BundleAt;
  readonly appealUrl: string | null;
}

/** Decisions whose files are gone are left without. */
export async function withPolicyNotices(view: NoteView, ports: PolicyNoticePorts): Promise<NoteView> {
  const decisions = await Promise.all(
    view.decisions.map(async (decision) => {
      if (decision.by.kind !== 'policy' || !restricts(decision)) return decision;
      const revision = view.revisions.find((one) => one.revision === decision.revision);
      return { ...decision, notices: await noticesFor(decision, revision, ports) };
    }),
  );
  return { ...view, decisions };
}

async function noticesFor(
  decision: StoredDecision,
  revision: RevisionView | undefined,
  { bundleAt, appealUrl }: PolicyNoticePorts,
): Promise<readonly NoticeText[]> {
  const bundle = await bundleAt(decision.bundleHash);
  if (bundle === null) return [];
  const scene = { bundle, now: Date.parse(decision.createdAt), isFinal: false };
  const language = mainLanguageOf(revision?.evidence ?? {});
  return noticesOf(verdictOf(decision, scene), { ...scene, language, found: 'systems', decided: 'machine', appealUrl });
}
