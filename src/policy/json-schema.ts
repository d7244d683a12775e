/** JSON Schema for editors, so that words complete and slips are underlined while typing. */
import { z } from 'zod';
import { NoticeFile, RegionSource } from './schema.js';

export function jsonSchemas(): ReadonlyMap<string, string> {
  const make = (schema: z.ZodType, title: string): string =>
    `${JSON.stringify({ ...z.toJSONSchema(schema, { target: 'draft-7', io: 'input', reused: 'ref' }), title }, null, 2)}\n`;
  return new Map([
    ['region.schema.json', make(RegionSource, 'Polywarden region file')],
    ['notice.schema.json', make(NoticeFile, 'Polywarden notice sentences')],
  ]);
}
