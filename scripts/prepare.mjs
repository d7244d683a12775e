/**
 * Run by npm after an install: generates the Prisma client and builds. Needs no network. Where the tools
 * are absent (an install without development dependencies of a packed copy), what was built before is used.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const tool = (name) => path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);

/** @param {string} name @param {readonly string[]} args @param {Readonly<Record<string, string>>} env */
function run(name, args, env = {}) {
  const { status, error } = spawnSync(tool(name), [...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const built = existsSync(path.join(root, 'dist', 'src', 'main.js'));
// `npx polywarden` in this folder installs the folder into npm's cache, as a link: a server may be running on this build.
if (process.env['npm_command'] === 'exec' && built) process.exit(0);

const missing = ['prisma', 'tsc'].filter((name) => !existsSync(tool(name)));
if (missing.length > 0) {
  console.log(
    `prepare: ${missing.join(' and ')} not installed, ${built ? 'using the build in dist' : 'nothing built'}`,
  );
  process.exit(0);
}

// Generating the client runs no engine, yet looks for one and would download it: any existing file will do.
run('prisma', ['generate', '--no-hints'], {
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
});
run('tsc', ['-p', 'tsconfig.build.json']);
const dashboard = 'src/dashboard/vite.config.ts';
if (existsSync(path.join(root, dashboard)) && existsSync(tool('vite'))) {
  run('vite', ['build', '--config', dashboard, '--logLevel', 'error']);
}
