/** One of the thirty tests: a number, a name, the figure that it prints, and whether it holds. */
import { test } from 'vitest';
import { type Form, form } from './form.js';

export interface Figure {
  /** What was counted, as it stands in the table. */
  readonly figure: string;
  /** Each must be true; the name of a false one is printed. */
  readonly holds: Readonly<Record<string, boolean>>;
}
export interface FaultMeta {
  readonly number: number;
  readonly name: string;
  readonly figure: string;
  readonly broken: readonly string[];
}
declare module 'vitest' {
  interface TaskMeta {
    fault?: FaultMeta;
  }
}

/** `seconds`: limits of the short and of the full form. */
export function row(
  number: number,
  name: string,
  seconds: { readonly short: number; readonly full: number },
  run: (form: Form) => Promise<Figure>,
): void {
  test(`${number} ${name}`, { timeout: 1_000 * form.of(seconds.short, seconds.full) }, async ({ task }) => {
    task.meta.fault = { number, name, figure: 'did not finish', broken: ['did not finish'] };
    const { figure, holds } = await run(form).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      task.meta.fault = { number, name, figure: message.split('\n')[0] ?? '', broken: ['threw'] };
      throw error;
    });
    const broken = Object.entries(holds).flatMap(([what, isTrue]) => (isTrue ? [] : [what]));
    task.meta.fault = { number, name, figure, broken };
    if (broken.length > 0) throw new Error(`${broken.join(', ')}: ${figure}`);
  });
}
