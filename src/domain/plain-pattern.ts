/** A text as the source of a pattern that finds it and nothing else, with or without the flag `u`. */
export const plainPattern = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
