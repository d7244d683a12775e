/** One text and label under one scorer. */
export interface Judged {
  readonly harmful: boolean;
  /** Calibrated probability. */
  readonly p: number;
  /** On the scale of which .5 is the flag threshold. */
  readonly calibrated: number;
}
