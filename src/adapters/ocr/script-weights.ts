/** The weights of `models/ocr/script.json`. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { UnavailableError } from '../../errors.js';
import { OCR_MODELS_DIR } from '../../paths.js';
import { SCRIPT_CLASSES, type ScriptWeights } from '../../stages/images/ocr/script-net.js';

const FILE = z.object({ classes: z.array(z.string()), weights: z.record(z.string(), z.string()) });

export async function loadScriptWeights(file = path.join(OCR_MODELS_DIR, 'script.json')): Promise<ScriptWeights> {
  try {
    const { classes, weights } = FILE.parse(JSON.parse(await readFile(file, 'utf8')));
    if (classes.join() !== SCRIPT_CLASSES.join()) throw new Error('The classes are not those of the reader');
    const layer = (name: string) => ({
      weight: floats(weights[`${name}.weight`]),
      bias: floats(weights[`${name}.bias`]),
    });
    return { convolutions: ['c1', 'c2', 'c3'].map(layer), out: layer('out') };
  } catch (cause) {
    throw new UnavailableError('model_missing', 'The weights of the script network cannot be read', { cause });
  }
}

function floats(text: string | undefined): Float32Array {
  const bytes = Buffer.from(text ?? '', 'base64');
  if (bytes.length === 0) throw new Error('A layer is missing');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
}
