/** `policies/REFERENCE.md`: everything that can be written, from the schema, the vocabulary and the lints themselves. */
import { z } from 'zod';
import { CATEGORIES, CATEGORY_IDS } from '../categories.js';
import { ACTIONS, SIDE_ACTIONS } from '../domain.js';
import { CEL_FUNCTIONS, CEL_MACROS, FUNCTIONS, type FunctionName, usageOf } from './functions.js';
import { LINT_IDS, LINTS } from './lints.js';
import { WORDS } from './quoted-words.js';
import { Authority, Clause, Clock, Law, NoticeFile, Preserve, RegionSource, StageRule, Steps } from './schema.js';
import { RuleSource, RuleTest, Then } from './schema-rule.js';
import { TYPES, VARIABLES } from './vocabulary.js';

/** The parts of JSON Schema that are read here. */
interface Json {
  readonly type?: unknown;
  readonly enum?: unknown;
  readonly const?: unknown;
  readonly anyOf?: unknown;
  readonly oneOf?: unknown;
  readonly items?: unknown;
  readonly properties?: unknown;
  readonly additionalProperties?: unknown;
  readonly required?: unknown;
  readonly minimum?: unknown;
  readonly exclusiveMinimum?: unknown;
  readonly maximum?: unknown;
  readonly description?: unknown;
}
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Longer lists of words stand in a table of their own. */
const SHOWN_WORDS = 12;
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (text: string): string => `\`${text}\``;

const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

function wordsOf(node: Json): string {
  const words = listOf(node.enum).map(String);
  if (words.length > SHOWN_WORDS) return 'a word of its list below';
  if (words.length > 0) return words.map(code).join(', ');
  if ('const' in node) return code(String(node.const));
  const branches = [...listOf(node.anyOf), ...listOf(node.oneOf)].filter(isJson);
  if (branches.length > 0) return [...new Set(branches.map(wordsOf))].join(' or ');
  switch (node.type) {
    case 'array':
      return `list of ${isJson(node.items) ? wordsOf(node.items) : 'values'}`;
    case 'object':
      return objectOf(node);
    case 'null':
      return code('null');
    case 'integer':
    case 'number':
      return numberOf(node);
    default:
      return typeof node.type === 'string' ? typeWord(node.type) : 'a value';
  }
}

const typeWord = (type: string): string => (type === 'string' ? 'text' : type === 'boolean' ? 'true or false' : type);
function objectOf(node: Json): string {
  if (isJson(node.properties)) return `{ ${Object.keys(node.properties).join(', ')} }`;
  return isJson(node.additionalProperties) ? `by name: ${wordsOf(node.additionalProperties)}` : 'by name';
}
function numberOf(node: Json): string {
  const least = node.minimum ?? node.exclusiveMinimum;
  const most = node.maximum;
  const range = typeof most === 'number' && most < 10_000 ? ` ${least === undefined ? 'up' : least} to ${most}` : '';
  return `${node.type === 'integer' ? 'whole number' : 'number'}${range}`;
}

/** Keys of an object, one line each. */
function keysOf(schema: z.ZodType, leaveOut: readonly string[] = []): string {
  const made = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', reused: 'inline' }) as Json;
  const needed = new Set(listOf(made.required));
  const entries = Object.entries(isJson(made.properties) ? made.properties : {});
  const rows = entries.flatMap(([key, node]) =>
    isJson(node) && !leaveOut.includes(key)
      ? [[`${code(key)}${needed.has(key) ? ' *' : ''}`, wordsOf(node), String(node.description ?? '')]]
      : [],
  );
  return table(['key', 'value', 'meaning'], rows);
}

function fieldRows(): readonly (readonly string[])[] {
  return Object.entries(VARIABLES).flatMap(([name, { type, doc }]) => {
    const known = /[A-Z]\w+/.exec(type)?.[0];
    const inner = known !== undefined && Object.hasOwn(TYPES, known) ? TYPES[known as keyof typeof TYPES] : {};
    const prefix = type.startsWith('list<') ? `${name}[]` : type.startsWith('map<') ? `${name}["key"]` : name;
    const fields = Object.entries(inner) as [string, readonly [string, string]][];
    return [
      [code(name), type, doc],
      ...fields.map(([field, [fieldType, fieldDoc]]) => [code(`${prefix}.${field}`), fieldType, fieldDoc]),
    ];
  });
}

const faultRows = (): readonly (readonly string[])[] =>
  LINT_IDS.map((id) => [code(id), LINTS[id].level, LINTS[id].about]);

const HEAD = `# Reference

Made by \`polywarden policy schema --write\` from the declarations of the program; a test holds it in step. Do not edit.
How to write a rule is told in [README.md](README.md). A star marks what must be there.
`;

export function referencePage(): string {
  const sections: readonly (readonly [string, string])[] = [
    ['Region file', keysOf(RegionSource, ['rules'])],
    ['A category in `thresholds`', keysOf(Steps)],
    ['An entry of `clocks`', keysOf(Clock)],
    ['An entry of `grounds`', keysOf(Law)],
    ['An entry of `terms`', keysOf(Clause)],
    ['An entry of `authorities`', keysOf(Authority)],
    ['An entry of `preserve`', keysOf(Preserve)],
    ['A stage in `evidence.stages`', keysOf(StageRule)],
    [
      'Rule',
      `In \`rules\` of a region file. A rule of the file above is changed by its id and what differs.\n\n${keysOf(RuleSource, ['tests'])}`,
    ],
    ['`then` of a rule', keysOf(Then)],
    ['Test of a rule', `In \`tests\` of a rule.\n\n${keysOf(RuleTest)}`],
    ['Sentences', keysOf(NoticeFile)],
    ['Actions', `Weakest first: ${ACTIONS.map(code).join(', ')}. Beside them: ${SIDE_ACTIONS.map(code).join(', ')}.`],
    [
      'Categories',
      table(
        ['id', 'name', 'most severity'],
        CATEGORY_IDS.map((id) => [code(id), CATEGORIES[id].name, String(CATEGORIES[id].maxSeverity)]),
      ),
    ],
    ['What a condition can read', table(['field', 'type', 'meaning'], fieldRows())],
    [
      'What a condition can call',
      table(
        ['function', 'gives', 'meaning'],
        Object.entries(FUNCTIONS).map(([name, { signature, doc }]) => [
          code(usageOf(name as FunctionName)),
          signature.split(': ').at(-1) ?? '',
          doc,
        ]),
      ),
    ],
    [
      'Quoted words',
      table(
        ['kind', 'words'],
        Object.entries(WORDS)
          .filter(([kind]) => kind !== 'category')
          .map(([kind, words]) => [kind, words.map(code).join(', ')]),
      ),
    ],
    ['Of CEL itself', [...CEL_FUNCTIONS, ...CEL_MACROS].map(code).join(', ')],
    ['What the checker says', table(['id', 'level', 'meaning'], faultRows())],
  ];
  return `${HEAD}\n${sections.map(([title, text]) => `## ${title}\n\n${text}\n`).join('\n')}`;
}
