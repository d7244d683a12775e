import type { NoteFinding } from '../api/types.js';

interface FindingsTableProps {
  readonly findings: readonly NoteFinding[];
  readonly active: number | null;
  readonly onActive: (index: number | null) => void;
}

const where = (finding: NoteFinding): string =>
  `${finding.part} ${finding.spans.map((span) => `${span.start}–${span.end}`).join(', ')}`;

export function FindingsTable({ findings, active, onActive }: FindingsTableProps) {
  if (findings.length === 0) return <p className="quiet">No detector found anything in this revision.</p>;
  return (
    <div className="scroll findings">
      <table>
        <thead>
          <tr>
            <th scope="col">Category</th>
            <th scope="col">Detector</th>
            <th scope="col">Where</th>
            <th scope="col">View</th>
            <th scope="col" className="number">
              Severity
            </th>
            <th scope="col" className="number">
              Calibrated
            </th>
          </tr>
        </thead>
        <tbody>
          {findings.map((finding, index) => (
            <tr
              key={`${finding.detector} ${where(finding)} ${finding.view}`}
              data-active={active === index}
              onMouseEnter={() => onActive(index)}
              onMouseLeave={() => onActive(null)}
            >
              <td>
                <button
                  type="button"
                  aria-pressed={active === index}
                  onClick={() => onActive(index)}
                  onFocus={() => onActive(index)}
                >
                  {finding.category}
                </button>
              </td>
              <td>
                {finding.source} <span className="mono quiet">{finding.detector}</span>
              </td>
              <td>{where(finding)}</td>
              <td>{finding.view}</td>
              <td className="number">{finding.severity}</td>
              <td className="number">{finding.calibrated.toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
