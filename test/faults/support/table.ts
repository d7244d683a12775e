/** Prints the thirty rows at the end of the run. A row that did not run is a row that failed. */
import type { Reporter, TestModule } from 'vitest/node';
import { broken, form } from './form.js';
import type { FaultMeta } from './row.js';

const ROWS = 30;

export default class FaultTable implements Reporter {
  onInit(): void {
    const without = broken === null ? '' : `, without ${broken}`;
    process.stdout.write(`seed ${form.seed}, ${form.isFull ? 'full' : 'short'} form${without}\n`);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const found = new Map<number, FaultMeta>();
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const { fault } = test.meta();
      if (fault !== undefined) found.set(fault.number, fault);
    }
    const lines = Array.from({ length: ROWS }, (_, at) => lineOf(at + 1, found.get(at + 1)));
    const passed = [...found.values()].filter(({ broken: faults }) => faults.length === 0).length;
    process.stdout.write(`\n${lines.join('\n')}\n\n${passed} of ${ROWS} pass, seed ${form.seed}\n`);
    if (passed < ROWS) process.exitCode = 1;
  }
}

function lineOf(number: number, fault: FaultMeta | undefined): string {
  const verdict = fault === undefined ? 'FAIL' : fault.broken.length === 0 ? 'pass' : 'FAIL';
  const why = fault === undefined ? 'did not run' : fault.broken.length === 0 ? '' : ` [${fault.broken.join(', ')}]`;
  const name = (fault?.name ?? '').padEnd(34);
  return `${String(number).padStart(2)}  ${verdict}  ${name}  ${fault?.figure ?? ''}${why}`;
}
