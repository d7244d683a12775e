/** Closes what was opened, the latest first. A part that fails leaves no other open; what all of them threw is thrown. */
import { sayError } from './errors.js';

export async function closeAll(opened: (() => Promise<unknown>)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const close of opened.splice(0).reverse()) {
    try {
      await close();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length === 1) throw faults[0];
  if (faults.length > 1) {
    throw new AggregateError(faults, `${faults.length} parts did not close: ${faults.map(sayError).join('; ')}`);
  }
}
