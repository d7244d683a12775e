/** `polywarden policy fields | functions | schema`: what can be written, from the declarations themselves. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CEL_FUNCTIONS, CEL_MACROS, usageOf as callOf, FUNCTIONS, type FunctionName } from '../../policy/functions.js';
import { jsonSchemas } from '../../policy/json-schema.js';
import { WORDS } from '../../policy/quoted-words.js';
import { referencePage } from '../../policy/reference.js';
import { TYPES, VARIABLES } from '../../policy/vocabulary.js';
import { type PolicyIo, readOptions, usageOf } from './policy-io.js';

const OPTIONS = { json: { type: 'boolean' } } as const;
const TYPE_NAME = /[A-Z]\w+/;

export async function fieldsCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values } = readOptions(args, OPTIONS, usageOf('fields'));
  const fields = Object.entries(VARIABLES).flatMap(([name, { type, doc }]) => {
    const known = TYPE_NAME.exec(type)?.[0];
    const inner = known === undefined || !Object.hasOwn(TYPES, known) ? {} : TYPES[known as keyof typeof TYPES];
    const prefix = type.startsWith('list<') ? `${name}[]` : type.startsWith('map<') ? `${name}["key"]` : name;
    const entries = Object.entries(inner) as [string, readonly [string, string]][];
    return [
      { name, type, doc },
      ...entries.map(([field, [fieldType, fieldDoc]]) => ({
        name: `${prefix}.${field}`,
        type: fieldType,
        doc: fieldDoc,
      })),
    ];
  });
  if (values.json) io.out(`${JSON.stringify({ fields, words: WORDS }, null, 2)}\n`);
  else {
    for (const { name, type, doc } of fields) io.out(`${name.padEnd(32)} ${type.padEnd(36)} ${doc}\n`);
    io.out('\nwords of each kind, written in quotation marks:\n');
    for (const [kind, words] of Object.entries(WORDS)) io.out(`${kind.padEnd(10)} ${words.join(', ')}\n`);
  }
  return 0;
}

export async function functionsCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values } = readOptions(args, OPTIONS, usageOf('functions'));
  const functions = Object.entries(FUNCTIONS).map(([name, { signature, doc }]) => {
    const usage = callOf(name as FunctionName);
    return { usage, signature, doc };
  });
  const builtIn = { functions: [...CEL_FUNCTIONS], macros: [...CEL_MACROS] };
  if (values.json) {
    io.out(`${JSON.stringify({ functions, builtIn }, null, 2)}\n`);
    return 0;
  }
  for (const { usage, doc } of functions) io.out(`${usage.padEnd(32)} ${doc}\n`);
  io.out(`of CEL itself: ${[...builtIn.functions, ...builtIn.macros].join(', ')}\n`);
  return 0;
}

const SCHEMA_OPTIONS = { write: { type: 'boolean' } } as const;

export async function schemaCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values } = readOptions(args, SCHEMA_OPTIONS, usageOf('schema'));
  const dir = path.join(io.policiesDir, 'schema');
  if (values.write) await mkdir(dir, { recursive: true });
  for (const [name, text] of jsonSchemas()) {
    if (values.write) await writeFile(path.join(dir, name), text);
    else io.out(text);
  }
  if (values.write) {
    await writeFile(path.join(io.policiesDir, 'REFERENCE.md'), referencePage());
    io.err(`written to ${dir}, and REFERENCE.md beside it\n`);
  }
  return 0;
}
