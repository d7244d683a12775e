/** PostgreSQL refuses to run as root, so root lends it the system's `postgres` user. */
import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { promisify } from 'node:util';
import { UnavailableError } from '../../errors.js';

const run = promisify(execFile);

interface Owner {
  readonly uid: number;
  readonly gid: number;
}
export interface Runner {
  /** Null: the process's own user. */
  readonly owner: Owner | null;
  command(
    file: string,
    args: readonly string[],
  ): { readonly file: string; readonly args: readonly string[]; readonly uid?: number; readonly gid?: number };
}

export async function runnerFor(binary: string, dataDir: string): Promise<Runner> {
  if (process.getuid?.() !== 0) return { owner: null, command: (file, args) => ({ file, args }) };
  const owner = await postgresUser();
  await chmod(binary, 0o755);
  if (await reaches(owner, binary, dataDir)) {
    return { owner, command: (file, args) => ({ file, args, ...owner }) };
  }
  // Under /root, say: the user may pass closed folders on the way, and is still not root.
  const { uid, gid } = owner;
  const lead = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--inh-caps=+dac_override'];
  const prefix = [...lead, '--ambient-caps=+dac_override', '--'];
  await run('setpriv', [...prefix, 'test', '-x', binary]).catch((cause: unknown) => {
    throw new UnavailableError(
      'services_unavailable',
      `The user "postgres" cannot reach ${binary} or ${dataDir}. Move the project out of root's home, run it as another user, or set DATABASE_URL.`,
      { cause },
    );
  });
  return { owner, command: (file, args) => ({ file: 'setpriv', args: [...prefix, file, ...args] }) };
}

async function postgresUser(): Promise<Owner> {
  try {
    return await lookUp();
  } catch {
    await run('groupadd', ['--system', 'postgres']).catch(() => undefined);
    await run('useradd', ['--system', '--gid', 'postgres', '--no-create-home', 'postgres']).catch((cause: unknown) => {
      throw new UnavailableError(
        'services_unavailable',
        'PostgreSQL does not run as root, and no user "postgres" could be made. Run as another user, or set DATABASE_URL.',
        { cause },
      );
    });
    return lookUp();
  }
}

async function lookUp(): Promise<Owner> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
  );
  if (uid === undefined || gid === undefined) throw new Error('id printed no number');
  return { uid, gid };
}

const reaches = ({ uid, gid }: Owner, binary: string, dataDir: string): Promise<boolean> =>
  run('test', ['-x', binary, '-a', '-x', dataDir], { uid, gid }).then(
    () => true,
    () => false,
  );
