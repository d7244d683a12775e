/** Entry of the process that runs nsfwjs. Only importer of it and of TensorFlow.js; all files come from the packages on disk. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { ready, setBackend, tensor3d } from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { load, type NSFWJS } from 'nsfwjs';
import { openOnce } from '../../open-once.js';
import type { Pixels } from '../../ports.js';
import { serveParent } from './child-main.js';
import { highestOf, type ImageModelOrder, type ImageModelValue } from './model-protocol.js';

const MODEL = 'MobileNetV2';
const CLASSES = 5;

const open = openOnce(async (): Promise<NSFWJS> => {
  const wasm = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm');
  setWasmPaths(`${path.dirname(wasm)}/`);
  if (!(await setBackend('wasm'))) throw new Error('the WebAssembly backend does not start');
  await ready();
  return load(MODEL);
});

async function labelsOf(model: NSFWJS, { rgb, width, height }: Pixels): Promise<ImageModelValue> {
  const picture = tensor3d(rgb, [height, width, 3], 'int32');
  try {
    const found = await model.classify(picture, CLASSES);
    return Object.fromEntries(found.map(({ className, probability }) => [className, probability]));
  } finally {
    picture.dispose();
  }
}

serveParent<ImageModelOrder, ImageModelValue>(async ({ frames }) => {
  const model = await open();
  return highestOf(frames, (frame) => labelsOf(model, frame));
});
