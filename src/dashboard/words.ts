/** What the server says by code, in the language of the interface. What it says in words of its own stays as it is. */
import { useTranslation } from 'react-i18next';
import type { CaseRow } from './api/types.js';
import { useFormat } from './format.js';

/** What the record may say, in the order of the alphabet. */
export const VERBS = [
  'appeal.received',
  'author.erased',
  'bank.created',
  'bank.hash_removed',
  'bank.hashes_added',
  'bank.removed',
  'case.decided',
  'case.decided_alike',
  'case.escalated',
  'case.overdue',
  'case.seen',
  'case.unblurred',
  'case.undone',
  'hold.begun',
  'hold.confirmed',
  'hold.ended',
  'hold.ordered',
  'hold.released',
  'hold.reported',
  'hold.undone',
  'key.created',
  'key.revoked',
  'note.decided',
  'note.erased',
  'note.judged_again',
  'note.looked_up_again',
  'note.seen',
  'notes.searched',
  'opinion.asked',
  'policy.activated',
  'policy.approved',
  'policy.breaker_tripped',
  'policy.override_dropped',
  'policy.override_set',
  'policy.proposed',
  'policy.refused',
  'policy.rolled_back',
  'report.received',
  'sealed.erased',
  'sealed.read',
  'user.changed',
  'user.created',
  'user.password_set',
] as const;

interface GapSaid {
  readonly status: string;
  readonly why: string;
}
interface StageSaid {
  readonly status: string;
  readonly why: string | null;
}

/** `ocr: no_model` speaks of one reading of a picture. */
const READING = /^(facts|ocr|codes|hash|model|moderation endpoint): (.+)$/;
const CODE = /^[a-z_]+$/;
/** Harm that no picture model was taught to see. */
const UNSEEN = /^none looks for (.+?)(, drawn for review)?$/;

/** What a language model said, or a moderation endpoint scored. */
const OPINION = /^(\S+), severity (\d), confidence ([\d.]+)(?:, (.+))?$/;
const SIGNAL = /^(\S+), score ([\d.]+) of (.+)$/;

/** Null: not one of these. */
export function opinionSays(why: string): {
  readonly key: string;
  readonly category: string | null;
  readonly slots: Readonly<Record<string, string>>;
  readonly clause: string | null;
} | null {
  if (why === 'doubts the removal') return { key: 'words:gap-why.doubt', category: null, slots: {}, clause: null };
  const [, category, severity = '', confidence = '', clause = null] = OPINION.exec(why) ?? [];
  if (category !== undefined)
    return { key: 'words:gap-why.opinion', category, slots: { severity, confidence }, clause };
  const [, what, score = '', detector = ''] = SIGNAL.exec(why) ?? [];
  if (what === undefined) return null;
  return { key: 'words:gap-why.signal', category: what, slots: { score, detector }, clause: null };
}

/** Where the text of a gap stands: the reading that it is about, a code to look up, or a key of its own. */
export function gapSays({ status, why }: GapSaid): {
  readonly reading: string | null;
  readonly code: string | null;
  readonly key: string | null;
  /** Categories that the text names. */
  readonly what?: readonly string[];
} {
  const [, reading = null, rest = why] = READING.exec(why) ?? [];
  const [, what, drawn] = UNSEEN.exec(rest) ?? [];
  if (what !== undefined) {
    const key = drawn === undefined ? 'words:gap-why.unseen' : 'words:gap-why.unseen-drawn';
    return { reading: null, code: null, key, what: what.split(', ') };
  }
  switch (status) {
    case 'overdue':
    case 'no_region_file':
      return { reading, code: null, key: `words:gap-why.${status}` };
    case 'skipped':
    case 'failed':
      if (CODE.test(rest)) return { reading, code: rest, key: null };
      return { reading, code: null, key: unreadKey(rest) };
    default:
      return { reading, code: null, key: null };
  }
}

function unreadKey(why: string): string | null {
  if (!why.startsWith('no model was validated for ')) return null;
  if (why.endsWith(', high score')) return 'words:gap-why.unread-high';
  return why.endsWith(', drawn for review') ? 'words:gap-why.unread-drawn' : 'words:gap-why.unread';
}

interface MessageSaid {
  readonly text: string;
  readonly by: readonly string[];
  /** What the rule would have done, had more than an unproven text model spoken; null: it did that. */
  readonly written: string | null;
}
const MILDER = / \(model not validated for this language: ([a-z_]+) became [a-z_]+\)$/;

/** A message as the policy file has it, and who saw it: the server has filled the blank, and may have added why it is milder. */
export function messageSays(message: string): MessageSaid {
  const [added = '', written = null] = MILDER.exec(message) ?? [];
  const plain = message.slice(0, message.length - added.length);
  const [, start, by] = /^(.+, seen by )(.+)\.$/.exec(plain) ?? [];
  if (start === undefined || by === undefined) return { text: plain, by: [], written };
  return { text: `${start}{{by}}.`, by: by.split(' and '), written };
}

interface BundleSaid {
  readonly state: string;
  readonly activatedAt: string | null;
}
/** The engine's own reasons; what a person wrote stands as it is. */
const OWN_REASONS: Readonly<Record<string, string>> = {
  'files changed': 'policy:reason.files-changed',
  'first start': 'policy:reason.first-start',
};

/** A candidate that was replaced or taken back is as retired as a former bundle, and has never been one. */
export const bundleWord = ({ state, activatedAt }: BundleSaid): string =>
  state === 'retired' && activatedAt === null ? 'unused' : state;

export function useWords() {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  /** The interface names what it knows; a word that a newer server has learnt is shown as it comes. */
  const known = (key: string, plain: string): string => (i18n.exists(key) ? t(key) : plain);
  const code = (name: string): string =>
    known(`words:skip.${name}`, known(`errors:${name}`, name.replaceAll('_', ' ')));
  const gapWhy = (gap: GapSaid): string => {
    const opinion = gap.status === 'opinion' ? opinionSays(gap.why) : null;
    if (opinion !== null) {
      const { category, slots, clause } = opinion;
      const what = category === null ? '' : known(`categories:${category}`, category);
      return [t(opinion.key, { ...slots, what }), ...(clause === null ? [] : [clause])].join(' · ');
    }
    const said = gapSays(gap);
    if (said.key !== null && said.what !== undefined) {
      return t(said.key, { what: said.what.map((id) => known(`categories:${id}`, id)).join(', ') });
    }
    const text = said.code === null ? (said.key === null ? gap.why : known(said.key, gap.why)) : code(said.code);
    return said.reading === null
      ? text
      : `${known(`words:reading.${said.reading.replace(' ', '-')}`, said.reading)}: ${text}`;
  };
  return {
    known,
    code,
    /** Why policies changed. */
    reason: (why: string): string => {
      const key = OWN_REASONS[why];
      return key === undefined ? why : t(key);
    },
    category: (id: string | null): string => (id === null ? '–' : known(`categories:${id}`, id)),
    /** The text model also says how harsh a text is, which is no category of harm. */
    score: (name: string): string => known(`words:score.${name}`, known(`categories:${name}`, name)),
    stage: (name: string): string => known(`words:stage.${name}`, name),
    /** The words of the shipped rules; those of other rules stand as their author wrote them. */
    ruleMessage: (message: string): string => {
      const { text, by, written } = messageSays(message);
      const own = { ns: 'rules', nsSeparator: false } as const;
      if (!i18n.exists(text, own)) return message;
      const names = by.map((name) => (i18n.exists(name, own) ? t(name, own) : name));
      const said = t(text, { ...own, by: new Intl.ListFormat(i18n.language).format(names) });
      return written === null ? said : `${said} ${t('case:milder', { written: t(`words:action.${written}`) })}`;
    },
    /** Title of a clause of the shipped terms; others stand as their author wrote them. */
    clause: (title: string): string => {
      const own = { ns: 'clauses', nsSeparator: false } as const;
      return i18n.exists(title, own) ? t(title, own) : title;
    },
    /** What a case is about, and of an appeal or a report by whom. */
    kind: ({ reason, from }: Pick<CaseRow, 'reason'> & { readonly from: string | null }): string =>
      known(`words:kind.${reason}.${from}`, known(`words:kind.${reason}`, reason)),
    clock: (name: string): string => known(`words:clock.${name}`, name.replaceAll('_', ' ')),
    gapWhy,
    gap: (gap: GapSaid & { readonly stage: string; readonly action: string }): string =>
      t('note:gap', {
        stage: known(`words:stage.${gap.stage}`, gap.stage),
        status: unreadKey(gap.why) === null ? known(`words:gap.${gap.status}`, gap.status) : t('words:gap.unproven'),
        why: gapWhy(gap),
        action: t(`words:action.${gap.action}`),
      }),
    /** `code: title` of a failure, `due until <moment>`, or a reason to skip. */
    stageWhy: ({ status, why }: StageSaid): string => {
      if (why === null) return '';
      const [first = ''] = why.split(':');
      const moment = Date.parse(why.slice('due until '.length));
      if (status === 'due')
        return Number.isNaN(moment) ? why : t('words:trace.due', { at: format.moment(why.slice(10)) });
      return code(first);
    },
  };
}
