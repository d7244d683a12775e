/** What carries no language: links, addresses, handles, code. Blanked, so that offsets stay. */
interface Mask {
  /** Cheap sign that the pattern may occur at all. */
  readonly sign: RegExp;
  readonly pattern: RegExp;
}

const MASKS: readonly Mask[] = [
  { sign: /`/u, pattern: /```[\s\S]{0,4000}?```|`[^`\n]{1,200}`/gu },
  { sign: /:\/\/|www\./iu, pattern: /(?:https?:\/\/|www\.)[^\s<>"'）】」]{1,2000}/giu },
  { sign: /\w@/u, pattern: /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}/gu },
  { sign: /[@＠]/u, pattern: /[@＠][\w.]{1,64}/gu },
  {
    sign: /\w\.[a-z]{2}/iu,
    pattern:
      /(?<![\w.-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,3}\.(?:com|net|org|io|cn|de|fr|ru|jp|br|uk|me|app|dev|ly|gg|co)(?![\w-])(?:\/\S{0,500})?/giu,
  },
  { sign: /&[a-z]/iu, pattern: /&[a-z]{2,8};/giu },
  { sign: /URL|USER/u, pattern: /\b(?:USER|URL|HTTPURL)\b/gu },
];

const blank = (found: string): string => ' '.repeat(found.length);

/** The text with every masked unit replaced by a space; same length as before. */
export const maskNeutral = (text: string): string =>
  MASKS.reduce((masked, { sign, pattern }) => (sign.test(masked) ? masked.replace(pattern, blank) : masked), text);
