/** The folder of policies, as it lies on disk. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { InvalidInputError } from '../errors.js';
import { type Bundle, compileBundle } from '../policy/bundle.js';
import type { PolicyFiles } from '../policy/bundle-content.js';
import { faultOf, type PolicyFault } from '../policy/faults.js';

export const POLICY_FOLDERS = ['regions', 'terms', 'notices'] as const;

async function namesIn(dir: string): Promise<readonly string[]> {
  try {
    return (await readdir(dir)).filter((name) => name.endsWith('.yaml')).sort();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw new InvalidInputError('file_unreadable', `The folder ${dir} cannot be read`, [], { cause });
  }
}

/** File name relative to the folder -> text: global.yaml, regions/, terms/ and notices/. */
export async function readPolicyFiles(dir: string): Promise<PolicyFiles> {
  const names: string[] = (await namesIn(dir)).filter((name): boolean => name === 'global.yaml');
  for (const folder of POLICY_FOLDERS) {
    names.push(...(await namesIn(path.join(dir, folder))).map((name) => `${folder}/${name}`));
  }
  const texts = await Promise.all(
    names.map(async (name) => {
      try {
        return [name, await readFile(path.join(dir, name), 'utf8')] as const;
      } catch (cause) {
        throw new InvalidInputError('file_unreadable', `The file ${name} cannot be read`, [], { cause });
      }
    }),
  );
  return new Map(texts);
}

/** Meant as policy files by their names, and read by nobody: a person would wait in vain for what they say. */
export async function strayFiles(dir: string): Promise<readonly PolicyFault[]> {
  const stray = async (folder: string): Promise<readonly PolicyFault[]> => {
    const names = await readdir(path.join(dir, folder)).catch(() => []);
    return names.flatMap((name) => {
      const why = whyUnread(folder, name);
      const file = path.posix.join(folder, name);
      return why === null ? [] : [faultOf('stray-file', { file, line: 1, column: 1 }, `this file is not read: ${why}`)];
    });
  };
  return (await Promise.all(['', ...POLICY_FOLDERS].map(stray))).flat();
}

function whyUnread(folder: string, name: string): string | null {
  if (!/\.ya?ml(?:\.txt)?$/i.test(name)) return null;
  if (!name.endsWith('.yaml')) return 'its name has to end in .yaml';
  return folder === '' && name !== 'global.yaml' ? `region files stand in regions/, here is global.yaml alone` : null;
}

/** Private banks: every YAML file of a folder outside the repository. */
export async function readPrivateTerms(
  dir: string,
): Promise<readonly { readonly file: string; readonly text: string }[]> {
  // Words that somebody counts on are not left out in silence.
  if (!existsSync(dir)) throw new InvalidInputError('file_unreadable', `TERMS_DIR: there is no folder ${dir}`);
  const names = await namesIn(dir);
  return Promise.all(
    names.map(async (name) => {
      try {
        return { file: `private/${name}`, text: await readFile(path.join(dir, name), 'utf8') };
      } catch (cause) {
        throw new InvalidInputError('file_unreadable', `The private bank ${name} cannot be read`, [], { cause });
      }
    }),
  );
}

export async function loadBundle(dir: string): Promise<Bundle> {
  return compileBundle(await readPolicyFiles(dir));
}
