/** Memory and CPU of a process and all below it, read from /proc. */
import { readdir, readFile } from 'node:fs/promises';

export interface ProcessUse {
  readonly pid: number;
  readonly part: string;
  readonly rssMb: number;
  readonly cpuSeconds: number;
}

/** Linux reports CPU time in clock ticks of 10 ms. */
const TICKS_PER_SECOND = 100;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly cpuSeconds: number;
}

async function statOf(pid: number): Promise<Stat | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // The name in brackets may hold spaces; what follows does not.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parent = 0] = fields;
  return { pid, parent, cpuSeconds: ((fields[11] ?? 0) + (fields[12] ?? 0)) / TICKS_PER_SECOND };
}

async function partOf(pid: number, root: number): Promise<string> {
  const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
  if (pid === root) return 'api';
  if (command.includes('workers/main')) return 'worker';
  if (command.includes('redis') || command.includes('valkey')) return 'redis';
  return command.includes('postgres') ? 'postgres' : 'other';
}

async function rssMbOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1] ?? 0) / 1_024);
}

export async function usesUnder(root: number): Promise<readonly ProcessUse[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name)).map(Number);
  const stats = (await Promise.all(pids.map(statOf))).filter((stat) => stat !== null);
  const family = new Set([root]);
  for (let grown = true; grown; ) {
    const more = stats.filter((stat) => family.has(stat.parent) && !family.has(stat.pid));
    for (const stat of more) family.add(stat.pid);
    grown = more.length > 0;
  }
  const members = stats.filter((stat) => family.has(stat.pid));
  return Promise.all(
    members.map(async ({ pid, cpuSeconds }) => {
      return { pid, cpuSeconds, part: await partOf(pid, root), rssMb: await rssMbOf(pid) };
    }),
  );
}

/** Share of the CPU time between two readings, by part; processes that ended in between are not seen. */
export function shares(before: readonly ProcessUse[], after: readonly ProcessUse[]): Readonly<Record<string, number>> {
  const earlier = new Map(before.map((use) => [use.pid, use.cpuSeconds]));
  const byPart = new Map<string, number>();
  for (const use of after) {
    const spent = use.cpuSeconds - (earlier.get(use.pid) ?? 0);
    byPart.set(use.part, (byPart.get(use.part) ?? 0) + spent);
  }
  const total = [...byPart.values()].reduce((sum, value) => sum + value, 0) || 1;
  return Object.fromEntries([...byPart].map(([part, value]) => [part, Math.round((value / total) * 1_000) / 1_000]));
}
