/** JSON for a terminal or a file: also the controls above 0x7f are escaped, which some terminals obey. Parses to the same value. */
const CONTROLS = /[\u007f-\u009f\u2028\u2029]/g;

export const jsonText = (value: unknown, space = 0): string =>
  JSON.stringify(value, null, space).replace(
    CONTROLS,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
