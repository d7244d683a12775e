/** `polywarden policy fields | functions | schema`: what can be written, from the declarations themselves. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { jsonSchemas } from '../../policy/json-schema.js';
import { referencePage } from '../../policy/reference.js';
import { CEL_FUNCTIONS, CEL_MACROS, FUNCTIONS, TYPES, VARIABLES, WORDS } from '../../policy/vocabulary.js';
import { readArgs } from '../io.js';
import { POLICY_USAGE, type PolicyIo } from './policy-io.js';

const OPTIONS = { json: { type: 'boolean' } } as const;
const TYPE_NAME = /[A-Z]\w+/;

export async function fieldsCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values } = readArgs(args, OPTIONS, POLICY_USAGE);
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
  else for (const { name, type, doc } of fields) io.out(`${name.padEnd(32)} ${type.padEnd(36)} ${doc}\n`);
  return 0;
}

export async function functionsCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values } = readArgs(args, OPTIONS, POLICY_USAGE);
  const functions = Object.values(FUNCTIONS).map(({ signature, doc }) => ({ signature, doc }));
  const builtIn = { functions: [...CEL_FUNCTIONS], macros: [...CEL_MACROS] };
  if (values.json) {
    io.out(`${JSON.stringify({ functions, builtIn }, null, 2)}\n`);
    return 0;
  }
  for (const { signature, doc } of functions) io.out(`${signature.padEnd(36)} ${doc}\n`);
  io.out(`of CEL itself: ${[...builtIn.functions, ...builtIn.macros].join(', ')}\n`);
  return 0;
}

const SCHEMA_OPTIONS = { write: { type: 'boolean' } } as const;

export async function schemaCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const { values } = readArgs(args, SCHEMA_OPTIONS, POLICY_USAGE);
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
