/** Prompts as files: whoever changes one changes the version that is stored with every answer. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { InvalidInputError } from '../errors.js';
import type { PromptFiles } from '../stages/deliberate/prompt.js';

export function readPromptFiles(dir: string): PromptFiles {
  const [system, user, repair] = (['system', 'user', 'repair'] as const).map((name) =>
    read(path.join(dir, `${name}.md`)),
  );
  if (system === undefined || user === undefined || repair === undefined) throw new RangeError('three files');
  const version = createHash('sha256').update(`${system}\n${user}\n${repair}`).digest('hex').slice(0, 12);
  return { version, system, user, repair };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InvalidInputError('file_unreadable', 'A prompt file cannot be read', [], { cause });
  }
}
