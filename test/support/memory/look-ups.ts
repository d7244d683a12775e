/** Stored pictures against hash banks, in memory. */
import type { PictureHash } from '../../../src/domain.js';
import type { HashBanksStore, LookUpProgress, LookUpsStore } from '../../../src/ports/banks.js';
import type { ImagesStore, Store } from '../../../src/ports/store.js';
import type { Tables } from './rows.js';

interface World {
  readonly tables: Tables;
  readonly images: ImagesStore;
  readonly imageBanks: HashBanksStore<PictureHash>;
  readonly audit: Store['audit'];
}

export function memoryLookUps({ tables, images, imageBanks, audit }: World): LookUpsStore {
  let kept: Omit<LookUpProgress, 'version'> = { lookedUp: 0, target: null, place: null };
  const standing = () =>
    [...tables.notes.values()].flatMap((note) =>
      note.erased
        ? []
        : note.revisions
            .filter((row) => row === note.revisions.at(-1) && (row.status === 'decided' || row.status === 'held'))
            .filter((row) => row.note !== null)
            .map((row) => ({ note, row })),
    );
  return {
    progress: async () => ({ ...kept, version: await imageBanks.version() }),
    keep: async (progress) => {
      kept = { ...progress };
    },
    hashed: async (since, after, limit) => {
      const read = await Promise.all(
        standing()
          .filter(({ row }) => row.acceptedAt >= since)
          .map(async ({ note, row }) => {
            const { readings } = await images.readings(row.revisionId);
            const seen = row.record?.evidence.images;
            const findings = seen?.status === 'found' ? seen.value.findings : [];
            return readings.flatMap(({ index, hash }) => {
              if (hash.status !== 'found') return [];
              const known = findings.filter((one) => one.source === 'image_hash' && one.part === `image:${index}`);
              const { revisionId } = row;
              const detectors = known.map(({ detector }) => detector);
              return [{ revisionId, index, sourceId: note.sourceId, hash: hash.value, known: detectors }];
            });
          }),
      );
      const key = (one: { readonly revisionId: string; readonly index: number }): string =>
        `${one.revisionId}.${String(one.index).padStart(4, '0')}`;
      return read
        .flat()
        .filter((one) => after === null || key(one) > key(after))
        .toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
        .slice(0, limit);
    },
    again: async (revisionIds, actor, { now, verb = 'note.looked_up_again' }) => {
      const due = standing().filter(({ row }) => revisionIds.includes(row.revisionId));
      for (const { note, row } of due) {
        row.status = 'pending';
        row.nudgedAt = null;
        const detail = { revisionId: row.revisionId };
        await audit.append({ actor, verb, subject: note.noteId, detail }, now);
      }
      return due.length;
    },
  };
}
