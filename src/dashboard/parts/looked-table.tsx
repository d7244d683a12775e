/** What a rule looked at, part by part, with the values that it found. */
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format.js';
import { holds, joinOf, type Part } from '../joined.js';
import { Scroll } from './scroll.js';

/** Enough to see on which side of a threshold a score lies. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, rounded));

interface Look extends Part {
  readonly clause: string;
  readonly of: Readonly<Record<string, unknown>>;
}
interface LookedProps {
  readonly name: string;
  readonly looked: readonly Look[];
  /** The condition is met: parts that did not hold had no part in it. */
  readonly met: boolean;
}

function Joined({ before, look }: { readonly before: Look | undefined; readonly look: Look }) {
  const { t } = useTranslation();
  const join = joinOf(before, look);
  const words = [
    join === null ? t(`case:side.${look.side}`) : t(`case:joined.${join}`),
    ...(look.not ? [t('case:joined.not')] : []),
  ];
  return <span data-depth={Math.min(look.within.length, 3)}>{words.join(' ')}</span>;
}

function Table({ name, looked }: Omit<LookedProps, 'met'>) {
  const { t } = useTranslation();
  return (
    <Scroll label={name}>
      <table className="small cards looked">
        <thead>
          <tr>
            <th scope="col">{t('case:side')}</th>
            <th scope="col">{t('case:expression')}</th>
            <th scope="col">{t('case:value')}</th>
            <th scope="col">{t('case:made-of')}</th>
          </tr>
        </thead>
        <tbody>
          {looked.map((look, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the clauses of a rule have an order and nothing else
            <tr key={index}>
              <td data-label={t('case:side')} className="nowrap">
                <Joined before={looked[index - 1]} look={look} />
              </td>
              <td data-label={t('case:expression')}>
                <code className="mono foreign" dir="ltr">
                  {look.clause}
                </code>
              </td>
              <td data-label={t('case:value')} className="mono">
                {textOf(look.value)}
              </td>
              <td data-label={t('case:made-of')}>
                {Object.keys(look.of).length > 0 && (
                  <code className="mono foreign" dir="ltr">
                    {Object.entries(look.of)
                      .map(([name, value]) => `${name} = ${textOf(value)}`)
                      .join('; ')}
                  </code>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

export function LookedTable({ name, looked, met }: LookedProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const shown = met ? looked.filter(holds) : looked;
  const rest = looked.filter((look) => !shown.includes(look));
  return (
    <>
      {shown.length > 0 && <Table name={name} looked={shown} />}
      {rest.length > 0 && (
        <details>
          <summary className="small">{t('case:not-held', { n: format.count(rest.length) })}</summary>
          <Table name={name} looked={rest} />
        </details>
      )}
    </>
  );
}
