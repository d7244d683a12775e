/** What a rule looked at, part by part, with the values that it found. */
import { useTranslation } from 'react-i18next';
import { Scroll } from './scroll.js';

/** Enough to see on which side of a threshold a score lies. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, rounded));

interface LookedProps {
  readonly name: string;
  readonly looked: readonly {
    readonly side: string;
    readonly clause: string;
    readonly value?: unknown;
    readonly of: Readonly<Record<string, unknown>>;
  }[];
}

export function LookedTable({ name, looked }: LookedProps) {
  const { t } = useTranslation();
  return (
    <Scroll label={name}>
      <table className="small cards">
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
                {t(`case:side.${look.side}`)}
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
