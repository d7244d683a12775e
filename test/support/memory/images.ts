import type { ImageReading } from '../../../src/domain.js';
import type { ImagesStore } from '../../../src/ports/store.js';
import type { NoteRecord, RevisionRow, Tables } from './rows.js';

interface Work {
  epoch: number;
  leaseUntil: number | null;
  crashes: number;
  run: number;
  nudgedAt: number | null;
  reading: ImageReading | null;
  blobKey: string | null;
  sha256: string | null;
}

export function memoryImages(tables: Tables, check: () => Promise<void>): ImagesStore {
  const works = new Map<string, Work>();
  const removals = new Map<string, number>();
  const find = (revisionId: string): { readonly note: NoteRecord; readonly row: RevisionRow } | null => {
    for (const note of tables.notes.values()) {
      const row = note.revisions.find((one) => one.revisionId === revisionId);
      if (row !== undefined) return { note, row };
    }
    return null;
  };
  const workOf = (revisionId: string, index: number): Work | null => {
    const image = find(revisionId)?.row.note?.images.find((one) => one.index === index);
    if (image === undefined) return null;
    const key = `${revisionId}.${index}`;
    const fresh = { epoch: 0, leaseUntil: null, crashes: 0, run: 0, nudgedAt: null, reading: null };
    const work = works.get(key) ?? { ...fresh, blobKey: image.blob ?? null, sha256: image.sha256 ?? null };
    works.set(key, work);
    return work;
  };
  const open = (revisionId: string): readonly { readonly index: number; readonly work: Work }[] =>
    (find(revisionId)?.row.note?.images ?? []).flatMap(({ index }) => {
      const work = workOf(revisionId, index);
      return work === null || work.reading !== null ? [] : [{ index, work }];
    });
  return {
    reserve: async (_sourceId, keys, removeAt) => {
      await check();
      for (const key of keys) removals.set(key, removeAt);
    },
    claim: async (revisionId, index, leaseMs, now) => {
      await check();
      const found = find(revisionId);
      const work = workOf(revisionId, index);
      if (found === null || work === null || work.reading !== null || (work.leaseUntil ?? 0) > now) return null;
      work.epoch += 1;
      work.crashes += work.leaseUntil === null ? 0 : 1;
      work.leaseUntil = now + leaseMs;
      const { note, row } = found;
      const url = row.note?.images.find((one) => one.index === index)?.url ?? null;
      const { epoch, crashes, blobKey } = work;
      const likely = row.note?.languageHint === undefined ? [] : [row.note.languageHint];
      return { revisionId, index, noteId: note.noteId, sourceId: note.sourceId, url, blobKey, likely, epoch, crashes };
    },
    extend: async (claim, leaseMs, now) => {
      await check();
      const work = workOf(claim.revisionId, claim.index);
      if (work === null || work.epoch !== claim.epoch || work.reading !== null) return false;
      work.leaseUntil = now + leaseMs;
      return true;
    },
    handBack: async (claim, retryAt) => {
      await check();
      const work = workOf(claim.revisionId, claim.index);
      if (work !== null && work.epoch === claim.epoch) Object.assign(work, { leaseUntil: null, nudgedAt: retryAt });
    },
    complete: async (claim, result) => {
      await check();
      const work = workOf(claim.revisionId, claim.index);
      if (work === null || work.epoch !== claim.epoch || work.reading !== null) return { saved: false, wake: null };
      work.reading = result.reading;
      work.blobKey = result.blobKey ?? work.blobKey;
      work.sha256 = result.sha256 ?? work.sha256;
      const found = find(claim.revisionId);
      if (found === null || open(claim.revisionId).length > 0 || found.row.status !== 'pending') {
        return { saved: true, wake: null };
      }
      found.row.runs += 1;
      return { saved: true, wake: found.row.runs };
    },
    takeDue: async (limit, nudgedBefore, now) => {
      await check();
      const all = [...tables.notes.values()].flatMap(({ revisions }) => revisions);
      const due = all.flatMap(({ revisionId }) => open(revisionId).map((one) => ({ revisionId, ...one })));
      const quiet = due.filter(({ work }) => (work.nudgedAt ?? -1) < nudgedBefore && (work.leaseUntil ?? 0) <= now);
      return quiet.slice(0, limit).map(({ revisionId, index, work }) => {
        work.nudgedAt = now;
        work.run += 1;
        return { revisionId, index, run: work.run };
      });
    },
    readings: async (revisionId) => {
      await check();
      const found = find(revisionId);
      const indices = (found?.row.note?.images ?? []).map(({ index }) => index);
      const readings = indices.flatMap((index) => workOf(revisionId, index)?.reading ?? []);
      return { readings, due: indices.length - readings.length, since: found?.row.acceptedAt ?? 0 };
    },
    place: async (sourceId, noteId, index, revision) => {
      await check();
      const note = tables.notes.get(noteId);
      if (note === undefined || (sourceId !== null && note.sourceId !== sourceId)) return null;
      const row = note.revisions.find((one) => one.revision === (revision ?? note.revisions.length));
      const work = row === undefined ? null : workOf(row.revisionId, index);
      if (work === null) return note.erased ? { erased: true, due: false, blobKey: null, sha256: null } : null;
      return { erased: note.erased, due: work.reading === null, blobKey: work.blobKey, sha256: work.sha256 };
    },
    removable: async (limit, now) => {
      await check();
      return [...removals].flatMap(([key, at]) => (at <= now ? [key] : [])).slice(0, limit);
    },
    removed: async (keys) => {
      await check();
      for (const key of keys) removals.delete(key);
    },
  };
}
