/** Tells when the files of a folder have changed and settled. */
import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';
import { POLICY_FOLDERS } from '../adapters/policy-folder.js';
import type { Log } from '../ports.js';

/** Editors write a file in several steps. */
const SETTLE_MS = 300;

export interface FolderWatch {
  close(): Promise<void>;
}

/** A folder may be missing, or be on its way from one place to another (git, a mount that is replaced). */
const isAway = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

export interface WatchEars {
  /** With the name of the file, where the system tells it. */
  onEvent(name: string | null): void;
  onError(error: unknown): void;
  /** false: the watch alone keeps no process alive. */
  readonly persistent?: boolean;
}

/**
 * The folder of policies and its own folders, each by itself: a watch on a folder hears of every file in it, also of
 * one that an editor or sed put in the place of another. A recursive watch of Node 20 keeps to the file that was replaced.
 */
export function watchPolicies(dir: string, hear: WatchEars): () => void {
  const { onEvent, onError, persistent = true } = hear;
  const inner = new Map<string, FSWatcher>();
  const leave = (folder: string): void => {
    inner.get(folder)?.close();
    inner.delete(folder);
  };
  const enter = (folder: string): void => {
    leave(folder);
    try {
      const watcher = watch(path.join(dir, folder), { persistent }, (_event, name) => onEvent(name));
      watcher.on('error', () => leave(folder));
      inner.set(folder, watcher);
    } catch (error) {
      if (!isAway(error)) onError(error);
    }
  };
  const outer = watch(dir, { persistent }, (_event, name) => {
    const folder = POLICY_FOLDERS.find((known) => known === name);
    if (folder !== undefined) enter(folder);
    onEvent(name);
  });
  outer.on('error', onError);
  for (const folder of POLICY_FOLDERS) enter(folder);
  return () => {
    outer.close();
    for (const folder of POLICY_FOLDERS) leave(folder);
  };
}

/** What is in force needs no files: a folder that is missing stops no start. */
function watchIfThere(dir: string, hear: WatchEars, log: Log): () => void {
  try {
    return watchPolicies(dir, hear);
  } catch (error) {
    if (!isAway(error)) throw error;
    log.warn('policies are not watched until the next start: POLICIES_DIR is no folder', { dir });
    return () => undefined;
  }
}

/** One call at a time, after the last change has settled. */
export function watchFolder(dir: string, onChange: () => Promise<void>, log: Log): FolderWatch {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const close = watchIfThere(
    dir,
    {
      onEvent: () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          running = running.then(onChange);
        }, SETTLE_MS);
        timer.unref();
      },
      onError: (error) => log.warn('policies are no longer watched', { error }),
      persistent: false,
    },
    log,
  );
  return {
    // A reload that runs still uses the store, which is closed after the rules.
    close: async () => {
      close();
      clearTimeout(timer);
      await running;
    },
  };
}
