import type { DeliberateEvidence, Outcome } from '../../../src/domain.js';
import type { OpinionExchange, OpinionsStore } from '../../../src/ports/opinions.js';
import type { NoteRecord, RevisionRow, Tables } from './rows.js';

interface Work {
  epoch: number;
  leaseUntil: number | null;
  crashes: number;
  run: number;
  nudgedAt: number | null;
  askedBy: string | null;
  outcome: Outcome<DeliberateEvidence> | null;
  policyOutcome: Outcome<DeliberateEvidence> | null;
  state: 'due' | 'done';
}

export function memoryOpinions(tables: Tables, check: () => Promise<void>): OpinionsStore {
  const works = new Map<string, Work>();
  const kept: { readonly revisionId: string; readonly sourceId: string; readonly exchange: OpinionExchange }[] = [];
  const spent = new Map<string, { tokens: number; micros: number }>();
  const find = (revisionId: string): { readonly note: NoteRecord; readonly row: RevisionRow } | null => {
    for (const note of tables.notes.values()) {
      const row = note.revisions.find((one) => one.revisionId === revisionId && one.note !== null);
      if (row !== undefined) return { note, row };
    }
    return null;
  };
  const workOf = (revisionId: string): Work | null => {
    const found = find(revisionId);
    if (found === null) return null;
    const isWanted = found.row.record?.evidence.deliberate.status === 'due';
    const fresh: Work = {
      epoch: 0,
      leaseUntil: null,
      crashes: 0,
      run: 0,
      nudgedAt: null,
      askedBy: null,
      outcome: null,
      policyOutcome: null,
      state: 'due',
    };
    const known = works.get(revisionId);
    const isReaders = known?.state === 'done' && known.askedBy !== null && known.policyOutcome === null;
    const isPending = found.row.status === 'pending';
    const again = isReaders && isWanted && isPending ? { ...fresh, epoch: known.epoch + 1, run: known.run } : known;
    const work = again ?? (isWanted ? fresh : null);
    if (work !== null) works.set(revisionId, work);
    return work;
  };
  const held = (revisionId: string, epoch: number): Work | null => {
    const work = workOf(revisionId);
    return work !== null && work.epoch === epoch && work.state === 'due' ? work : null;
  };
  const pot = (region: string, day: string) => {
    const key = `${region} ${day}`;
    const known = spent.get(key) ?? { tokens: 0, micros: 0 };
    spent.set(key, known);
    return known;
  };
  return {
    state: async (revisionId) => {
      await check();
      const work = workOf(revisionId);
      return work === null
        ? { status: 'none', askedBy: null, since: null, outcome: null, policyOutcome: null }
        : {
            status: work.state,
            askedBy: work.askedBy,
            since: 0,
            outcome: work.outcome,
            policyOutcome: work.policyOutcome,
          };
    },
    claim: async (revisionId, leaseMs, now) => {
      await check();
      const found = find(revisionId);
      const work = workOf(revisionId);
      const evidence = found?.row.record?.evidence ?? null;
      if (found === null || work === null || evidence === null) return null;
      if (work.state !== 'due' || (work.leaseUntil ?? 0) > now || found.row.note === null) return null;
      if (found.note.revisions.at(-1) !== found.row) return null;
      work.epoch += 1;
      work.crashes += work.leaseUntil === null ? 0 : 1;
      work.leaseUntil = now + leaseMs;
      const { epoch, crashes, askedBy } = work;
      const { noteId, sourceId } = found.note;
      const { note, revision } = found.row;
      return { revisionId, revision, noteId, sourceId, note, evidence, askedBy, epoch, crashes };
    },
    extend: async (claim, leaseMs, now) => {
      await check();
      const work = held(claim.revisionId, claim.epoch);
      if (work !== null) work.leaseUntil = now + leaseMs;
      return work !== null;
    },
    handBack: async (claim, retryAt) => {
      await check();
      Object.assign(held(claim.revisionId, claim.epoch) ?? {}, {
        leaseUntil: null,
        nudgedAt: retryAt,
      });
    },
    record: async (claim, exchange) => {
      await check();
      if (held(claim.revisionId, claim.epoch) === null) return;
      kept.push({ revisionId: claim.revisionId, sourceId: claim.sourceId, exchange });
    },
    cached: async (sourceId, cacheKey) => {
      await check();
      const found = kept.findLast(
        (one) =>
          one.sourceId === sourceId &&
          one.exchange.cacheKey === cacheKey &&
          one.exchange.outcome === 'answered' &&
          find(one.revisionId) !== null,
      )?.exchange;
      if (found?.answer === undefined || found.answer === null) return null;
      return { exchangeId: found.exchangeId, answer: found.answer, answeredBy: found.answeredBy ?? 'unknown' };
    },
    reserve: async (budgets, spending, day) => {
      await check();
      return budgets.flatMap(({ region, tokens, micros }) => {
        const now = pot(region, day);
        if (now.tokens + spending.tokens > tokens) return [];
        if (micros !== null && now.micros + spending.micros > micros) return [];
        now.tokens += spending.tokens;
        now.micros += spending.micros;
        return [region];
      });
    },
    settle: async (regions, difference, day) => {
      await check();
      for (const region of regions) {
        const now = pot(region, day);
        now.tokens = Math.max(0, now.tokens + difference.tokens);
        now.micros = Math.max(0, now.micros + difference.micros);
      }
    },
    spent: async (region, day) => {
      await check();
      return { ...pot(region, day) };
    },
    spentOn: async (day) => {
      await check();
      const end = ` ${day}`;
      return new Map(
        [...spent].flatMap(([key, sum]) => (key.endsWith(end) ? [[key.slice(0, -end.length), { ...sum }]] : [])),
      );
    },
    complete: async (claim, outcome) => {
      await check();
      const work = held(claim.revisionId, claim.epoch);
      if (work === null) return { saved: false, wake: null };
      Object.assign(work, { state: 'done', outcome, leaseUntil: null });
      if (work.askedBy === null) work.policyOutcome = outcome;
      const row = find(claim.revisionId)?.row;
      if (row === undefined || row.status !== 'pending') return { saved: true, wake: null };
      row.runs += 1;
      return { saved: true, wake: row.runs };
    },
    takeDue: async (limit, nudgedBefore, now) => {
      await check();
      const due = [...tables.notes.values()]
        .flatMap((note) => note.revisions)
        .flatMap(({ revisionId }) => {
          const work = workOf(revisionId);
          const isFree = work?.state === 'due' && (work.leaseUntil ?? 0) <= now;
          return work !== null && isFree && (work.nudgedAt ?? 0) <= nudgedBefore ? [{ revisionId, work }] : [];
        })
        .slice(0, limit);
      return due.map(({ revisionId, work }) => {
        work.nudgedAt = now;
        work.run += 1;
        return { revisionId, run: work.run };
      });
    },
    ask: async (revisionId, userId) => {
      await check();
      if ((find(revisionId)?.row.record ?? null) === null) return null;
      const work = works.get(revisionId);
      if (work?.state === 'due') return false;
      const epoch = (work?.epoch ?? 0) + 1;
      const run = work?.run ?? 0;
      works.set(revisionId, {
        epoch,
        run,
        leaseUntil: null,
        crashes: 0,
        nudgedAt: null,
        askedBy: userId,
        outcome: null,
        policyOutcome: work?.policyOutcome ?? null,
        state: 'due',
      });
      return true;
    },
    exchanges: async (revisionId) => {
      await check();
      return kept.flatMap((one) => (one.revisionId === revisionId && find(revisionId) !== null ? [one.exchange] : []));
    },
  };
}
