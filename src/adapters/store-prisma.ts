/** The store on PostgreSQL. */

import { UnavailableError } from '../errors.js';
import type { FullStore } from '../ports/review.js';
import type { Ids } from '../ports.js';
import { accessWith } from './store/access.js';
import { campaignsWith } from './store/campaigns.js';
import { openDatabase } from './store/database.js';
import { deskWith } from './store/desk.js';
import { hashBanksWith, PICTURE_BANKS, TEXT_BANKS } from './store/hash-banks.js';
import { holdsWith } from './store/holds.js';
import { imagesWith } from './store/images.js';
import { lookUpsWith } from './store/look-ups.js';
import { notesWith } from './store/notes.js';
import { opinionsWith } from './store/opinions.js';
import { overviewOf } from './store/overview.js';
import { peopleWith } from './store/people.js';
import { policyWith } from './store/policy.js';
import { auditWith, bundlesWith } from './store/records.js';
import { translationsWith } from './store/translations.js';
import { type Retention, upkeepWith } from './store/upkeep.js';
import { webhooksWith } from './store/webhooks.js';
import { workWith } from './store/work.js';

export interface StoreOptions {
  readonly databaseUrl: string;
  readonly ids: Ids;
  /** Connections of this process; docs/operations.md sums them up. */
  readonly poolMax?: number | undefined;
  readonly retention?: Retention | undefined;
}

const POOL_MAX = 10;
const RETENTION: Retention = { noteDays: 190, idempotencyHours: 24 };

/** Rejects with UnavailableError when the database does not answer. */
export async function openStore(options: StoreOptions): Promise<FullStore> {
  const { ids, retention = RETENTION } = options;
  const keySeconds = retention.idempotencyHours * 3_600;
  const database = openDatabase(options.databaseUrl, options.poolMax ?? POOL_MAX);
  const closedToWriters = async (): Promise<boolean> => {
    const text = `SELECT current_setting('transaction_read_only') = 'on' AS closed`;
    const [row] = await database.rows<{ closed: boolean }>({ name: 'ping', text }, []);
    return row?.closed ?? true;
  };
  try {
    // Commands that only read work on a standby too.
    await closedToWriters();
  } catch (error) {
    await database.close();
    throw error;
  }
  return {
    notes: notesWith(database, ids, keySeconds),
    holds: holdsWith(database, ids),
    work: workWith(database, ids),
    images: imagesWith(database),
    opinions: opinionsWith(database),
    imageBanks: hashBanksWith(database, ids, PICTURE_BANKS),
    textBanks: hashBanksWith(database, ids, TEXT_BANKS),
    lookUps: lookUpsWith(database),
    webhooks: webhooksWith(database, ids, keySeconds),
    access: accessWith(database, ids),
    audit: auditWith(database),
    desk: deskWith(database, ids),
    people: peopleWith(database, ids),
    bundles: bundlesWith(database),
    policy: policyWith(database),
    campaigns: campaignsWith(database),
    translations: translationsWith(database),
    upkeep: upkeepWith(database, retention),
    overview: (now) => overviewOf(database, now),
    ping: async () => {
      if (await closedToWriters())
        throw new UnavailableError('store_unavailable', 'The database is open to readers only');
    },
    close: () => database.close(),
  };
}
