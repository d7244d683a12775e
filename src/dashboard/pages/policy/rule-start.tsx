import { NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Fault } from '../../parts/fault.js';
import { type Region, useRegion, useRuleText } from './api.js';
import type { PartProps } from './playground-draft.js';
import { writtenFor } from './written-for.js';

const NEW = '+';
const CATEGORY = 'commerce.divert';

/** Complete enough to be judged; every line is there to be changed. */
function blankRule({ region, clauses, rules }: Region): string {
  const known = rules.find((rule) => rule.category === CATEGORY && rule.ground.kind === 'terms')?.ground.ref;
  const clause = known ?? clauses.find(({ kind }) => kind === 'terms')?.key ?? 'name-of-a-clause';
  return [
    '- id: my.new.rule',
    `  category: ${CATEGORY}`,
    '  severity: 1',
    '  mode: shadow',
    `  when: any_finding("${CATEGORY}")`,
    '  unless: has_flag("education")',
    '  then: { action: review }',
    `  ground: { terms: ${clause} }`,
    '  message: What the reviewer should look at.',
    `  owner: ${region.owner}`,
    '',
  ].join('\n');
}

/** Nobody begins with an empty page: a new rule with every part, or one that is there already. */
export function RuleStart({ draft, change, regions }: PartProps) {
  const { t } = useTranslation();
  const region = useRegion(draft.home).data;
  const text = useRuleText();
  const begin = async (choice: string): Promise<void> => {
    if (region === undefined || choice === '') return;
    if (choice === NEW) return change({ yaml: blankRule(region) });
    const written = await text.mutateAsync(choice);
    const own = writtenFor(written, draft.home, regions);
    if (own !== undefined) change({ yaml: own.yaml, home: own.region });
  };
  return (
    <>
      <NativeSelect
        className="narrow"
        label={t('policy:start')}
        value=""
        disabled={region === undefined || text.isPending}
        onChange={(event) => void begin(event.currentTarget.value)}
        data={[
          { value: '', label: '…' },
          { value: NEW, label: t('policy:start.new') },
          ...(region?.rules ?? []).map(({ id }) => ({ value: id, label: id })),
        ]}
      />
      {text.error !== null && <Fault error={text.error} />}
    </>
  );
}
