import { useTranslation } from 'react-i18next';
import type { CaseDetail, CaseRule } from '../../api/types.js';
import { useFormat } from '../../format.js';
import { ActionBadge } from '../../parts/action-badge.js';
import { LookedTable } from '../../parts/looked-table.js';
import { useWords } from '../../words.js';

const HASH_SHOWN = 12;
/** Said by code; the words of the engine matter where a rule broke or fell back. */
function Effect({ rule, stored }: { readonly rule: CaseRule; readonly stored: boolean }) {
  const { t } = useTranslation();
  const fell = rule.why.split('; ').find((part) => part.includes(' as the fallback'));
  const own = rule.effect === 'error' ? rule.why : (fell ?? null);
  const milder = rule.action !== rule.written;
  return (
    <p className="small quiet no-margin">
      {t(`case:effect-why.${stored ? 'stored' : rule.effect}`)}
      {milder && ` ${t('case:milder', { written: t(`words:action.${rule.written}`) })}`}
      {own !== null && (
        <>
          {' '}
          <bdi lang="en">{own}</bdi>
        </>
      )}
    </p>
  );
}

interface RuleProps {
  readonly rule: CaseRule;
  readonly open: boolean;
  /** The rules of that time are gone: nothing was judged again. */
  readonly stored: boolean;
}

function Rule({ rule, open, stored }: RuleProps) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <details className="rule" open={open}>
      <summary>
        <span className="mono">{rule.rule}</span> <ActionBadge action={rule.action} />{' '}
        <span className="small quiet">
          {t('case:rule-of', {
            policy: rule.policy.toUpperCase(),
            effect: t(`case:effect.${rule.effect}`),
            severity: rule.severity,
          })}
        </span>
      </summary>
      <p className="no-margin">
        <bdi>{words.ruleMessage(rule.message)}</bdi>
      </p>
      <Effect rule={rule} stored={stored} />
      {rule.ground !== null && (
        <p className="small no-margin">
          {t(`words:ground.${rule.ground.kind}`)}
          {': '}
          {rule.ground.url !== undefined && /^https?:/.test(rule.ground.url) ? (
            <a href={rule.ground.url} target="_blank" rel="noreferrer">
              {rule.ground.ref}
            </a>
          ) : (
            <bdi>{rule.ground.ref}</bdi>
          )}
        </p>
      )}
      {rule.looked.length > 0 && <LookedTable name={rule.rule} looked={rule.looked} met={rule.effect !== 'error'} />}
    </details>
  );
}

function Scores({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const { scores: found = {}, competence = {} } = detail.evidence ?? {};
  const scores = Object.entries(found).sort((a, b) => b[1].calibrated - a[1].calibrated);
  if (scores.length === 0) return <p className="quiet small">{t('case:no-scores')}</p>;
  return (
    <table className="small scores">
      <caption className="quiet small">{t('case:scores-why')}</caption>
      <tbody>
        {scores.map(([name, { calibrated }]) => (
          <tr key={name}>
            <th scope="row" title={name}>
              {words.score(name)}
            </th>
            <td>
              <meter min={0} max={1} value={calibrated} aria-label={words.score(name)} />
            </td>
            <td className="number">{format.score(calibrated)}</td>
            <td className="quiet">{t(`words:competence.${competence[name] ?? 'none'}`)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A broken rule asks for eyes before all others. */
const urgency = ({ effect, severity }: CaseRule): number => (effect === 'error' ? Number.POSITIVE_INFINITY : severity);
const gravestFirst = (rules: readonly CaseRule[]): readonly CaseRule[] =>
  rules.toSorted((a, b) => (urgency(a) === urgency(b) ? 0 : urgency(b) - urgency(a)));

type CaseGap = CaseDetail['why']['gaps'][number];
/** What is missing for several regions is said once. */
function regionsByWords(
  gaps: readonly CaseGap[],
  say: (gap: CaseGap) => string,
): ReadonlyMap<string, readonly string[]> {
  const known = new Map<string, readonly string[]>();
  for (const gap of gaps) known.set(say(gap), [...(known.get(say(gap)) ?? []), ...gap.regions]);
  return known;
}

export function CaseWhy({ detail }: { readonly detail: CaseDetail }) {
  const { t } = useTranslation();
  const words = useWords();
  const { rules, shadow, gaps, bundleHash, recomputed } = detail.why;
  return (
    <section className="sheet stack">
      <h2>{t('case:why')}</h2>
      {rules.length === 0 && gaps.length === 0 && <p className="quiet no-margin">{t('case:no-rule')}</p>}
      {gravestFirst(rules).map((rule, index) => (
        <Rule key={`${rule.policy} ${rule.rule}`} rule={rule} open={index === 0} stored={!recomputed} />
      ))}
      {gaps.length > 0 && (
        <ul className="small gaps">
          {[...regionsByWords(gaps, words.gap)].map(([said, regions]) => (
            <li key={said}>
              {said} <span className="quiet">{regions.map((region) => region.toUpperCase()).join(', ')}</span>
            </li>
          ))}
        </ul>
      )}
      {shadow.length > 0 && (
        <details>
          <summary className="small">{t('case:shadow')}</summary>
          {shadow.map((rule) => (
            <Rule key={`${rule.policy} ${rule.rule}`} rule={rule} open={false} stored={!recomputed} />
          ))}
        </details>
      )}
      <h3>{t('case:scores')}</h3>
      <Scores detail={detail} />
      <p className="small quiet no-margin">{t('case:bundle', { hash: bundleHash.slice(0, HASH_SHOWN) })}</p>
    </section>
  );
}
