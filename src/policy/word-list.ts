/** What an author can write, as flat lists for an editor. */
import { CATEGORIES, CATEGORY_IDS } from '../categories.js';
import { ACTIONS } from '../domain.js';
import { CEL_FUNCTIONS, CEL_MACROS, FUNCTIONS, type FunctionName, usageOf } from './functions.js';
import { WORDS } from './quoted-words.js';
import { TYPES, VARIABLES } from './vocabulary.js';

export interface WordEntry {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
}
export interface WordList {
  readonly fields: readonly WordEntry[];
  readonly functions: readonly WordEntry[];
  readonly builtIn: readonly string[];
  readonly categories: readonly WordEntry[];
  readonly actions: readonly string[];
  readonly words: Readonly<Record<string, readonly string[]>>;
}

const TYPE_NAME = /[A-Z]\w+/;

function fieldsOf(name: string, type: string): readonly WordEntry[] {
  const known = TYPE_NAME.exec(type)?.[0];
  if (known === undefined || !Object.hasOwn(TYPES, known)) return [];
  const inner = TYPES[known as keyof typeof TYPES];
  return (Object.entries(inner) as [string, readonly [string, string]][]).map(([field, [fieldType, doc]]) => ({
    name: `${name}.${field}`,
    type: fieldType,
    doc,
  }));
}

export function wordList(): WordList {
  return {
    fields: Object.entries(VARIABLES).flatMap(([name, { type, doc }]) => [
      { name, type, doc },
      ...fieldsOf(name, type),
    ]),
    functions: Object.entries(FUNCTIONS).map(([name, { doc }]) => ({ name, type: usageOf(name as FunctionName), doc })),
    builtIn: [...CEL_FUNCTIONS, ...CEL_MACROS],
    categories: CATEGORY_IDS.map((name) => ({ name, type: 'category', doc: CATEGORIES[name].name })),
    actions: ACTIONS,
    words: WORDS,
  };
}
