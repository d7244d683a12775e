/** Path of a namespace file -> its texts; `import.meta.glob` makes it. */
export type Bundle = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
