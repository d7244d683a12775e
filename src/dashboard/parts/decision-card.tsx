import type { NoteDecision } from '../api/types.js';
import { ActionBadge } from './action-badge.js';
import { When } from './when.js';

const groundText = (ground: NoteDecision['ground']): string =>
  ground === null ? '' : `${ground.kind === 'law' ? 'Law' : 'Terms'}: ${ground.ref}`;

export function DecisionCard({ decision }: { readonly decision: NoteDecision }) {
  return (
    <article className="decision" aria-label={`Decision for ${decision.regions.join(', ')}`}>
      <div className="row">
        <strong>{decision.regions.map((region) => region.toUpperCase()).join(', ')}</strong>
        <ActionBadge action={decision.action} />
        {decision.sideActions.map((side) => (
          <span key={side} className="small">
            + {side.replaceAll('_', ' ')}
          </span>
        ))}
        {decision.ground !== null && <span className="small">{groundText(decision.ground)}</span>}
      </div>
      {decision.rules.length + decision.gaps.length === 0 && <span className="small quiet">No rule fired.</span>}
      {decision.rules.length + decision.gaps.length > 0 && (
        <ul className="small">
          {decision.rules.map((rule) => (
            <li key={rule.rule}>
              <span className="mono">{rule.rule}</span> → {rule.action.replaceAll('_', ' ')}, severity {rule.severity}
              <div className="foreign">{rule.message}</div>
            </li>
          ))}
          {decision.gaps.map((gap) => (
            <li key={`${gap.stage} ${gap.why}`}>
              Gap: {gap.stage} {gap.status.replaceAll('_', ' ')} ({gap.why.replaceAll('_', ' ')}) →{' '}
              {gap.action.replaceAll('_', ' ')}
            </li>
          ))}
        </ul>
      )}
      <div className="small quiet">
        By {decision.by.kind} · file <span className="mono">{decision.policy}</span> · bundle{' '}
        <span className="mono">{decision.bundleHash.slice(0, 12)}</span> · <When at={decision.createdAt} />
        {decision.supersededBy !== null && ' · superseded'}
      </div>
    </article>
  );
}
