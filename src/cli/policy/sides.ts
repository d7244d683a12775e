/** A bundle by name: a folder, or a revision of the repository that the policies folder lies in. */
import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { InvalidInputError } from '../../errors.js';
import { compileBundle } from '../../policy/bundle.js';
import { readPolicyFiles } from '../../policy/load.js';
import type { Bundle } from '../../policy/model.js';

/** Of the policies folder: what a bundle is made of. */
const POLICY_FILE = /^(?:global|(?:regions|terms|notices)\/[^/]+)\.yaml$/;

async function isFolder(name: string): Promise<boolean> {
  try {
    return (await stat(name)).isDirectory();
  } catch {
    // Not there, or not readable: then it has to be a revision.
    return false;
  }
}

const NO_GIT = 'git cannot be started';

function git(dir: string, args: readonly string[], input = ''): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['-C', dir, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
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

/** Never a working copy: the files as they were committed. */
async function filesOfRevision(revision: string, dir: string): Promise<ReadonlyMap<string, string>> {
  const commit = await git(dir, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]).then(
    (text) => text.toString('utf8').trim(),
    (error: unknown) => {
      // Git that cannot be started is another fault than a name that it does not know.
      if (error instanceof InvalidInputError && error.message === NO_GIT) throw error;
      throw new InvalidInputError('not_found', `"${revision}" is neither a folder nor a revision`);
    },
  );
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
  const folder = path.resolve(name);
  const files = (await isFolder(folder)) ? await readPolicyFiles(folder) : await filesOfRevision(name, policiesDir);
  const terms = [...files].filter(([file]) => file.startsWith('terms/')).sort(([a], [b]) => (a < b ? -1 : 1));
  return { name, bundle: compileBundle(files), files, terms: JSON.stringify(terms) };
}
