import { useTranslation } from 'react-i18next';
import type { NoteDecision } from '../api/types.js';
import { useFormat } from '../format.js';
import { useWords } from '../words.js';
import { ActionBadge } from './action-badge.js';
import { When } from './when.js';

const HASH_SHOWN = 12;

function Reasons({ decision }: { readonly decision: NoteDecision }) {
  const { t } = useTranslation();
  const words = useWords();
  if (decision.rules.length + decision.gaps.length === 0) {
    return <span className="small quiet">{t('note:no-rule')}</span>;
  }
  return (
    <ul className="small">
      {decision.rules.map((rule) => (
        <li key={rule.rule}>
          <span className="mono">{rule.rule}</span>
          {': '}
          {t('note:rule', { action: t(`words:action.${rule.action}`), severity: rule.severity })}
          <div>
            <bdi className="foreign">{words.ruleMessage(rule.message)}</bdi>
          </div>
        </li>
      ))}
      {decision.gaps.map((gap) => (
        <li key={`${gap.stage} ${gap.why}`}>{words.gap(gap)}</li>
      ))}
    </ul>
  );
}

export function DecisionCard({ decision }: { readonly decision: NoteDecision }) {
  const { t } = useTranslation();
  const { known } = useWords();
  const regions = useFormat().regions(decision.regions);
  return (
    <article className="decision" aria-label={t('note:decision-for', { regions })}>
      <div className="row">
        <strong>{regions}</strong>
        <ActionBadge action={decision.action} />
        {decision.sideActions.map((side) => (
          <span key={side} className="small">
            {`+ ${known(`words:side-action.${side}`, side)}`}
          </span>
        ))}
        {decision.ground !== null && (
          <span className="small">
            {t(`words:ground.${decision.ground.kind}`)}
            {': '}
            <bdi>{decision.ground.ref}</bdi>
          </span>
        )}
      </div>
      <Reasons decision={decision} />
      <div className="small quiet">
        {t('note:by', {
          who: t(`words:by.${decision.by.kind}`),
          file: decision.policy,
          bundle: decision.bundleHash.slice(0, HASH_SHOWN),
        })}
        {' · '}
        <When at={decision.createdAt} />
        {decision.supersededBy !== null && ` · ${t('note:superseded')}`}
      </div>
    </article>
  );
}
