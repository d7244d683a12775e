/** One rule taken out of a region file as text, and an edited one put back, with places that map both ways. */
import { didYouMean } from './nearest.js';
import { withPlainEnds, withRule } from './new-rule.js';
import { parseYaml } from './yaml.js';

interface Entry {
  readonly id: string;
  /** Lines from 1; `end` is the first line behind it. */
  readonly start: number;
  readonly end: number;
}

const TOP_LEVEL = /^[^\s#-]/;

function entriesOf(text: string, file: string): readonly Entry[] {
  const yaml = parseYaml(text, file);
  const rules: unknown =
    typeof yaml.value === 'object' && yaml.value !== null ? Reflect.get(yaml.value, 'rules') : null;
  if (!Array.isArray(rules)) return [];
  const lines = text.split('\n');
  const starts = rules.map((_, index) => yaml.locate(['rules', index]).line);
  const lastStart = starts.at(-1) ?? 1;
  const after = lines.findIndex((line, index) => index >= lastStart && TOP_LEVEL.test(line));
  return rules.map((rule: Readonly<Record<string, unknown>>, index) => ({
    id: String(rule['id']),
    start: starts[index] ?? 1,
    end: starts[index + 1] ?? (after < 0 ? lines.length + 1 : after + 1),
  }));
}

/** The rule as an author sees it alone: without the dash, from the first column. */
export function ruleText(
  written: string,
  file: string,
  id: string,
): { readonly text: string; readonly line: number } | null {
  const text = withPlainEnds(written);
  const found = entriesOf(text, file).find((entry) => entry.id === id);
  if (found === undefined) return null;
  const lines = text.split('\n').slice(found.start - 1, found.end - 1);
  while (/^\s*(?:#.*)?$/.test(lines.at(-1) ?? 'x')) lines.pop();
  const bare = lines.map((line, index) => (index === 0 ? line.replace(/^\s*- /, '') : line.replace(/^ {1,4}/, '')));
  return { text: `${bare.join('\n')}\n`, line: found.start };
}

export interface Edited {
  readonly text: string;
  /** Line of the file, from 1, where the rule begins. */
  readonly line: number;
  /** Characters that the file has before those of the editor. */
  readonly indent: number;
  readonly lines: number;
}

/** In place of the rule with its id, else behind the last one. */
export function withEditedRule(written: string, file: string, edited: string): Edited {
  const [text, rule] = [withPlainEnds(written), withPlainEnds(edited)];
  const body = rule.replace(/\s+$/, '').split('\n');
  const dashed = /^- /.test(body.find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '');
  const indent = dashed ? 2 : 4;
  let first = !dashed;
  const skeleton = body.map((line) => {
    if (line.trim() === '' || line.startsWith('#')) return line.trim() === '' ? '' : `    ${line}`;
    if (!first) return `${' '.repeat(indent)}${line}`;
    first = false;
    return `  - ${line}`;
  });
  const id = /^(?:- )?id: *["']?([^\s"'#]+)/m.exec(rule)?.[1];
  const known = id === undefined ? undefined : entriesOf(text, file).find((entry) => entry.id === id);
  const lines = text.split('\n');
  const kept = known === undefined ? lines : [...lines.slice(0, known.start - 1), ...lines.slice(known.end - 1)];
  const placed = withRule(kept.join('\n'), `${skeleton.join('\n')}\n`);
  return { ...placed, indent, lines: body.length };
}

export const idIn = (rule: string): string | null => /^(?:- )?id: *["']?([^\s"'#]+)/m.exec(rule)?.[1] ?? null;

export const unknownRegion = (region: string, known: Iterable<string>): string =>
  `There is no file for "${region}"${didYouMean(region, known)}`;
