/**
 * A strict in-memory store for unit tests: tenants, fencing, idempotency and cursors as the port says.
 * `away` makes every method throw as the real adapter does when the database cannot be reached.
 */
import { hash } from 'node:crypto';
import { ACTIONS, type PictureHash, type TextHash } from '../../src/domain.js';
import { UnavailableError } from '../../src/errors.js';
import type { FullStore } from '../../src/ports/review.js';
import type { AuditEvent, Store } from '../../src/ports/store.js';
import { memoryAccess } from './memory/access.js';
import { memoryDesk } from './memory/desk.js';
import { memoryHashBanks } from './memory/hash-banks.js';
import { memoryHolds } from './memory/holds.js';
import { memoryImages } from './memory/images.js';
import { memoryLookUps } from './memory/look-ups.js';
import { memoryNotes } from './memory/notes.js';
import { memoryOpinions } from './memory/opinions.js';
import { pageOf } from './memory/page.js';
import { memoryPolicy } from './memory/policy.js';
import { emptyTables, iso, latest, stored, type Tables } from './memory/rows.js';
import { memoryTranslations } from './memory/translations.js';
import { memoryWebhooks } from './memory/webhooks.js';
import { memoryWork } from './memory/work.js';

export interface MemoryStore extends FullStore {
  readonly tables: Tables;
  away: boolean;
}

const DAY_MS = 86_400_000;
const FIRST_HASH = '0'.repeat(64);

export function storeMemory(): MemoryStore {
  const tables = emptyTables();
  const check = async (): Promise<void> => {
    if (store.away) throw new UnavailableError('store_unavailable', 'the database cannot be reached');
  };
  const access = memoryAccess(check);
  const audit = memoryAudit(check);
  const bundles = new Map<string, string>();
  const images = memoryImages(tables, check);
  const world = { tables, check, audit, names: new Set<string>() };
  const imageBanks = memoryHashBanks<PictureHash>(world, {
    holds: 'pictures',
    hashOf: ({ pdq }) => ({ pdq }),
    keyOf: ({ pdq }) => pdq,
  });
  const textBanks = memoryHashBanks<TextHash>(world, {
    holds: 'texts',
    hashOf: ({ exact, simhash }) => ({ exact, simhash }),
    keyOf: ({ exact }) => exact,
  });
  const store: MemoryStore = {
    tables,
    away: false,
    notes: memoryNotes(tables, check),
    holds: memoryHolds(check),
    work: memoryWork(tables, check),
    images,
    opinions: memoryOpinions(tables, check),
    imageBanks,
    textBanks,
    lookUps: memoryLookUps({ tables, images, imageBanks, audit }),
    webhooks: memoryWebhooks(tables, check),
    access,
    people: access.people,
    desk: memoryDesk({ tables, check, login: access.login, audit }),
    audit,
    policy: memoryPolicy({ tables, check, audit, bundles }),
    bundles: {
      put: async (key, content) => {
        await check();
        if (!bundles.has(key)) bundles.set(key, content);
      },
      get: async (key) => {
        await check();
        return bundles.get(key) ?? null;
      },
    },
    translations: memoryTranslations(tables, check),
    campaigns: memoryCampaigns(tables, check),
    upkeep: {
      purge: async () => {
        await check();
        return {};
      },
    },
    overview: async (now) => {
      await check();
      const revisions = [...tables.notes.values()].flatMap((note) => note.revisions);
      const decisions = [...tables.notes.values()].flatMap((note) => note.decisions);
      const languages = new Map<string, number>();
      for (const row of revisions) {
        const language = row.record?.language ?? 'und';
        languages.set(language, (languages.get(language) ?? 0) + 1);
      }
      return {
        notes: {
          accepted24h: revisions.filter((row) => row.acceptedAt > now - DAY_MS).length,
          decided24h: revisions.filter((row) => row.decidedAt !== null && row.decidedAt > now - DAY_MS).length,
          pending: revisions.filter((row) => row.status === 'pending').length,
        },
        byAction: ACTIONS.map((action) => ({
          action,
          count: decisions.filter((decision) => decision.action === action).length,
        })),
        byLanguage: [...languages].map(([language, count]) => ({ language, count })),
        openCases: asking(tables),
      };
    },
    ping: check,
    close: async () => undefined,
  };
  return store;
}

/** Notes whose newest revision a decision in force holds or sends to review. */
const asking = (tables: Tables): number =>
  [...tables.notes.values()].filter((note) =>
    note.decisions.some(
      ({ revision, supersededBy, action }) =>
        revision === latest(note).revision && supersededBy === null && (action === 'hold' || action === 'review'),
    ),
  ).length;

function memoryAudit(check: () => Promise<void>): Store['audit'] {
  const events: AuditEvent[] = [];
  const hashOf = (event: Omit<AuditEvent, 'hash'>): string => hash('sha256', JSON.stringify(event), 'hex');
  return {
    append: async (event, now) => {
      await check();
      const prevHash = events.at(-1)?.hash ?? FIRST_HASH;
      const row = { lane: 'main', sequence: events.length + 1, at: iso(now), ...stored(event), prevHash };
      events.push({ ...row, hash: hashOf(row) });
    },
    list: async (cursor, limit) => {
      await check();
      const id = (row: AuditEvent): string => `audit_${String(row.sequence).padStart(8, '0')}`;
      return pageOf(events, cursor, limit, { id, item: (row) => row });
    },
    verify: async () => {
      await check();
      const bad = events.find(({ hash: own, ...row }, index) => {
        return own !== hashOf(row) || row.prevHash !== (events[index - 1]?.hash ?? FIRST_HASH);
      });
      return { checked: events.length, broken: bad === undefined ? [] : [{ lane: bad.lane, sequence: bad.sequence }] };
    },
  };
}

function memoryCampaigns({ signatures }: Tables, check: () => Promise<void>): Store['campaigns'] {
  return {
    record: async (row) => {
      await check();
      if (!signatures.has(row.revisionId)) signatures.set(row.revisionId, row);
      const near = [...signatures.values()].filter(
        (other) => other.sourceId === row.sourceId && other.bands.some((band) => row.bands.includes(band)),
      );
      const within = (ms: number) => near.filter((other) => other.at > row.at - ms && other.at <= row.at);
      const authors = (ms: number): number =>
        new Set(within(ms).map((other) => other.authorId ?? other.revisionId)).size;
      const ages = near
        .flatMap((other) => (other.accountAgeDays === null ? [] : [other.accountAgeDays]))
        .toSorted((a, b) => a - b);
      return {
        authors1h: authors(DAY_MS / 24),
        authors24h: authors(DAY_MS),
        authors7d: authors(7 * DAY_MS),
        notes24h: within(DAY_MS).length,
        medianAccountAgeDays: ages[Math.floor((ages.length - 1) / 2)] ?? null,
      };
    },
  };
}
