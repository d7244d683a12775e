import type { NoteTrace } from '../api/types.js';

export function TraceTable({ trace }: { readonly trace: NoteTrace }) {
  return (
    <div className="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">Outcome</th>
            <th scope="col">Why</th>
            <th scope="col">Version</th>
            <th scope="col" className="number">
              ms
            </th>
          </tr>
        </thead>
        <tbody>
          {trace.stages.map((stage) => (
            <tr key={stage.stage}>
              <td>{stage.stage}</td>
              <td>{stage.status}</td>
              <td className="quiet">{stage.why?.replaceAll('_', ' ')}</td>
              <td className="mono">{stage.version}</td>
              <td className="number">{stage.ms === null ? '' : stage.ms.toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
