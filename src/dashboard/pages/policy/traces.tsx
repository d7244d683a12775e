import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { LookedTable } from '../../parts/looked-table.js';
import type { Tried } from './api.js';

type Trace = Tried['traces'][number]['rules'][number];
/** Said by code; what did not hold is named by the words of the engine. */
const MET = new Set(['fired', 'shadow', 'exempted']);
const SPOKE = new Set(['fired', 'shadow', 'exempted', 'error']);

function RuleTrace({ trace, own }: { readonly trace: Trace; readonly own: boolean }) {
  const { t } = useTranslation();
  return (
    <details className="rule" open={own}>
      <summary className="row">
        <code className="mono">{trace.rule}</code>
        <Badge
          className="badge"
          variant="light"
          tt="none"
          radius="sm"
          color={trace.effect === 'fired' ? 'red' : 'gray'}
        >
          {t(`policy:effect.${trace.effect}`)}
        </Badge>
        <span className="small quiet">
          {MET.has(trace.effect) ? t(`case:effect-why.${trace.effect}`) : <bdi lang="en">{trace.why}</bdi>}
        </span>
      </summary>
      {trace.looked.length > 0 && <LookedTable name={trace.rule} looked={trace.looked} met={MET.has(trace.effect)} />}
    </details>
  );
}

/** Rules that spoke, and the edited one, come first; the others are there to be asked. */
export function Traces({ traces, own }: { readonly traces: Tried['traces']; readonly own: string | null }) {
  const { t } = useTranslation();
  return (
    <section className="sheet stack">
      <h2>{t('policy:trace')}</h2>
      {traces.map(({ policy, rules }) => {
        const spoke = rules.filter((rule) => SPOKE.has(rule.effect) || rule.rule === own);
        const silent = rules.filter((rule) => !spoke.includes(rule));
        return (
          <div key={policy} className="stack">
            <h3>{policy.toUpperCase()}</h3>
            {spoke.map((rule) => (
              <RuleTrace key={rule.rule} trace={rule} own={rule.rule === own} />
            ))}
            <details>
              <summary className="small">{t('policy:trace.silent', { n: silent.length })}</summary>
              {silent.map((rule) => (
                <RuleTrace key={rule.rule} trace={rule} own={false} />
              ))}
            </details>
          </div>
        );
      })}
    </section>
  );
}
