/** Traditional to simplified characters. The only importer of `opencc-js`, whose tables are built when first needed. */
import { createRequire } from 'node:module';
import { type Mapped, relabelled, writeFrom } from './mapped.js';

const load = createRequire(import.meta.url);
const HAN = /\p{Script=Han}/u;

type Convert = (text: string) => string;
let convert: Convert | null = null;

/** Standard traditional plus the letter variants of Taiwan and Hong Kong; no change of vocabulary. */
function converter(): Convert {
  if (convert !== null) return convert;
  const { Converter } = load('opencc-js/t2cn') as typeof import('opencc-js/t2cn');
  const steps: readonly Convert[] = [
    Converter({ from: 'hk', to: 'cn' }),
    Converter({ from: 'tw', to: 'cn' }),
    Converter({ from: 't', to: 'cn' }),
  ];
  convert = (text) => steps.reduce((done, step) => step(done), text);
  return convert;
}

export const hasHan = (text: string): boolean => HAN.test(text);

export function toSimplified(source: Mapped): Mapped {
  const { text } = source;
  if (!hasHan(text)) return source;
  const whole = converter()(text);
  if (whole.length === text.length) return relabelled(source, whole);
  const out = writeFrom(source);
  let at = 0;
  for (const unit of text) {
    out.put(converter()(unit), at, at + unit.length);
    at += unit.length;
  }
  return out.done();
}
