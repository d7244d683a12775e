/** Figures of a bench: taken over some seconds, and printed as a line. */

/** Rounds until the time is up; `n` things a round. */
export function perSecond(seconds: number, n: number, round: () => void): number {
  round();
  const started = performance.now();
  let done = 0;
  while (performance.now() - started < seconds * 1_000) {
    round();
    done += n;
  }
  return done / ((performance.now() - started) / 1_000);
}

export const say = (name: string, figure: string): void => console.log(`${name.padEnd(52)}${figure.padStart(12)}`);
export const whole = (figure: number): string => Math.round(figure).toLocaleString('en-US');
