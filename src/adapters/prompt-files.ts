import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sha256Hex } from '../domain/sha256.js';
import { InvalidInputError } from '../errors.js';
import type { PromptFiles } from '../stages/deliberate/prompt.js';

export function readPromptFiles(dir: string): PromptFiles {
  const [system, user, repair] = (['system', 'user', 'repair'] as const).map((name) =>
    read(path.join(dir, `${name}.md`)),
  );
  if (system === undefined || user === undefined || repair === undefined) throw new RangeError('three files');
  const version = sha256Hex(`${system}\n${user}\n${repair}`).slice(0, 12);
  return { version, system, user, repair };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InvalidInputError('file_unreadable', 'A prompt file cannot be read', [], { cause });
  }
}
