import { Fragment, type ReactNode } from 'react';
import { Link } from 'react-router';

export interface Bar {
  readonly key: string;
  readonly label: ReactNode;
  readonly count: number;
  readonly to: string;
}

export function Bars({ bars, empty }: { readonly bars: readonly Bar[]; readonly empty: string }) {
  if (bars.length === 0) return <p className="quiet">{empty}</p>;
  const most = Math.max(...bars.map((bar) => bar.count), 1);
  return (
    <div className="bars">
      {bars.map((bar) => (
        <Fragment key={bar.key}>
          <Link to={bar.to}>{bar.label}</Link>
          <meter min={0} max={most} value={bar.count} aria-hidden="true" />
          <span className="count">{bar.count.toLocaleString()}</span>
        </Fragment>
      ))}
    </div>
  );
}
