/** A bundle by name: a folder, or a revision of the repository that the policies folder lies in. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { isThere } from '../../adapters/is-there.js';
import { readPolicyFiles } from '../../adapters/policy-folder.js';
import { InvalidInputError } from '../../errors.js';
import { compileBundle } from '../../policy/bundle.js';
import type { Bundle } from '../../policy/model.js';

/** Of the policies folder: what a bundle is made of. */
const POLICY_FILE = /^(?:global|(?:regions|terms|notices)\/[^/]+)\.yaml$/;

/**
 * A folder as seen from here or from where the policies lie, or a project with such a folder in it. One without a
 * `global.yaml` is none: a folder that happens to be called `main` must not stand before the branch.
 */
async function folderOf(name: string, policiesDir: string): Promise<string | null> {
  const [here, beside] = [path.resolve(name), path.resolve(path.dirname(path.resolve(policiesDir)), name)];
  const places = [here, path.join(here, 'policies'), beside, path.join(beside, 'policies')];
  for (const place of places) if (await isThere(path.join(place, 'global.yaml'))) return place;
  return null;
}

const NO_GIT = 'git cannot be started';
/** Git that was started by git (in a hook) would look at the repository of that one, wherever it is sent. */
const gitEnv = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^GIT_(?:DIR|WORK_TREE|INDEX_FILE|PREFIX)$/.test(name)),
  );

function git(dir: string, args: readonly string[], input = ''): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['-C', dir, ...args], { stdio: ['pipe', 'pipe', 'pipe'], env: gitEnv() });
    // How git ended says more than a pipe that it did not read to the end.
    let pipe: unknown;
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', (error) => {
      pipe = error;
    });
    child.on('error', (cause) => reject(new InvalidInputError('file_unreadable', NO_GIT, [], { cause })));
    child.on('close', (code) => {
      if (code === 0) return resolve(Buffer.concat(out));
      const why = Buffer.concat(err).toString('utf8').trim().split('\n')[0];
      reject(
        new InvalidInputError(
          'file_unreadable',
          why || `git ended with ${code}`,
          [],
          pipe === undefined ? {} : { cause: pipe },
        ),
      );
    });
    child.stdin.end(input);
  });
}

/** `git cat-file --batch`: for each object a line `<id> blob <bytes>`, the bytes, and a line end. */
function blobsOf(output: Buffer, names: readonly string[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  let at = 0;
  for (const name of names) {
    const lineEnd = output.indexOf(0x0a, at);
    const bytes = Number(output.subarray(at, lineEnd).toString('utf8').split(' ').at(-1));
    const start = lineEnd + 1;
    files.set(name, output.subarray(start, start + bytes).toString('utf8'));
    at = start + bytes + 1;
  }
  return files;
}

async function commitOf(revision: string, dir: string): Promise<string> {
  const say = (why: string) =>
    new InvalidInputError('not_found', `"${revision}" is no folder with a global.yaml, and no revision: ${why}`);
  await git(dir, ['rev-parse', '--git-dir']).catch((error: unknown) => {
    // Git that cannot be started is another fault than a folder that it does not keep.
    if (error instanceof InvalidInputError && error.message === NO_GIT) throw error;
    throw say(`${path.resolve(dir)} lies in no git repository (--policies DIR names another)`);
  });
  const parse = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const commit = await git(dir, parse).catch(() => {
    throw say(`the repository of ${path.resolve(dir)} knows no such name`);
  });
  return commit.toString('utf8').trim();
}

/** Never a working copy: the files as they were committed. */
async function filesOfRevision(revision: string, dir: string): Promise<ReadonlyMap<string, string>> {
  const commit = await commitOf(revision, dir);
  const prefix = (await git(dir, ['rev-parse', '--show-prefix'])).toString('utf8').trim();
  const listed = (await git(dir, ['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit, '--', prefix || '.']))
    .toString('utf8')
    .split('\0');
  const names = listed
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((name) => POLICY_FILE.test(name));
  if (names.length === 0) throw new InvalidInputError('not_found', `${revision} has no policies at ${prefix || '.'}`);
  const wanted = names.map((name) => `${commit}:${prefix}${name}\n`).join('');
  return blobsOf(await git(dir, ['cat-file', '--batch'], wanted), names);
}

export interface Side {
  readonly name: string;
  readonly bundle: Bundle;
  readonly files: ReadonlyMap<string, string>;
  /** All term files as one text, to tell whether two sides find the same words. */
  readonly terms: string;
}

export async function readSide(name: string, policiesDir: string): Promise<Side> {
  const folder = await folderOf(name, policiesDir);
  const files = folder === null ? await filesOfRevision(name, policiesDir) : await readPolicyFiles(folder);
  const terms = [...files].filter(([file]) => file.startsWith('terms/')).sort(([a], [b]) => (a < b ? -1 : 1));
  return { name, bundle: compileBundle(files), files, terms: JSON.stringify(terms) };
}
