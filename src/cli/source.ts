/** A source is known by its keys. */
import { InvalidInputError } from '../errors.js';
import type { StorePorts } from './store.js';

export async function sourceNamed({ store }: StorePorts, name: string): Promise<string> {
  const key = (await store.access.listKeys()).find((one) => one.sourceName === name || one.sourceId === name);
  if (key === undefined) throw new InvalidInputError('not_found', `There is no source ${name}`);
  return key.sourceId;
}
