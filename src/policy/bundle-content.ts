/** The files of a bundle as one text, which its hash names. */

/** File name relative to the folder of policies -> text. */
export type PolicyFiles = ReadonlyMap<string, string>;

export const contentOf = (files: PolicyFiles): string =>
  JSON.stringify([...files].sort(([a], [b]) => (a < b ? -1 : 1)));

export const filesIn = (content: string): PolicyFiles =>
  new Map(JSON.parse(content) as readonly (readonly [string, string])[]);

export const termFilesOf = (files: PolicyFiles): readonly { readonly file: string; readonly text: string }[] =>
  [...files].flatMap(([file, text]) => (file.startsWith('terms/') ? [{ file, text }] : []));
