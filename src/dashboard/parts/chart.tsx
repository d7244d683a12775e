/** A chart is a picture; the same figures stand in a table beneath it. Only importer of recharts. */
import { useTranslation } from 'react-i18next';
import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { Scroll } from './scroll.js';

export interface Series {
  readonly key: string;
  readonly name: string;
  /** Unset: the next of the palette. */
  readonly color?: string;
}
export interface ChartRow {
  readonly label: string;
  readonly [series: string]: string | number;
}
interface ChartProps {
  readonly title: string;
  readonly rows: readonly ChartRow[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
}
/** Distinct in both schemes and to people who see red and green alike (after Okabe and Ito). */
const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#8c6d1f', '#7a7a7a'];
const HEIGHT_PX = 220;

function Picture({ rows, series, format }: Omit<ChartProps, 'title'>) {
  return (
    <div aria-hidden="true" dir="ltr" className="chart">
      <ResponsiveContainer width="100%" height={HEIGHT_PX}>
        <BarChart data={[...rows]} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis dataKey="label" stroke="var(--quiet)" fontSize={12} tickLine={false} minTickGap={12} />
          <YAxis
            allowDecimals={false}
            stroke="var(--quiet)"
            fontSize={12}
            tickLine={false}
            axisLine={false}
            width={44}
            tickFormatter={(value: number) => format(value)}
          />
          <Tooltip
            cursor={{ fill: 'var(--track)' }}
            contentStyle={{ background: 'var(--sheet)', border: '1px solid var(--line)', color: 'var(--strong)' }}
            isAnimationActive={false}
          />
          {series.length > 1 && <Legend formatter={(name: string) => <span className="chart-name">{name}</span>} />}
          {series.map(({ key, name, color }, index) => (
            <Bar
              key={key}
              dataKey={key}
              name={name}
              stackId="all"
              fill={color ?? COLORS[index % COLORS.length] ?? 'gray'}
              isAnimationActive={false}
              maxBarSize={48}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}

export function Chart({ title, rows, series, format }: ChartProps) {
  const { t } = useTranslation();
  if (rows.length === 0) return <p className="quiet">{t('overview:nothing')}</p>;
  return (
    <figure className="figure" aria-label={title}>
      <Picture rows={rows} series={series} format={format} />
      <details>
        <summary className="small">{t('overview:as-table')}</summary>
        <Scroll label={title}>
          <table className="cards">
            <thead>
              <tr>
                <th scope="col">{t('overview:when')}</th>
                {series.map(({ key, name }) => (
                  <th key={key} scope="col" className="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.label}>
                  <th scope="row">{row.label}</th>
                  {series.map(({ key, name }) => (
                    <td key={key} data-label={name} className="number">
                      {format(Number(row[key] ?? 0))}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </details>
    </figure>
  );
}
