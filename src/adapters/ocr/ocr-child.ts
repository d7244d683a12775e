/** Entry of the reading process: one picture at a time, until the parent goes or kills it. */
import { codeOf } from '../../errors.js';
import type { Grey } from '../../stages/images/ocr/grey.js';
import type { LineWord } from '../../stages/images/ocr/join.js';
import { readFrames } from '../../stages/images/ocr/read-frames.js';
import { MEMORY_EXIT_CODE, READY } from '../watched-child.js';
import type { OcrAnswer, OcrOrder } from './protocol.js';
import { loadScriptWeights } from './script-weights.js';
import { openEngine } from './tesseract.js';

const WATCH_MS = 50;

/** The memory of the engine lies outside the heap that V8 limits, so the whole process is watched. */
const maxRssBytes = Number(process.argv[2]);
const endIfGrown = (): void => {
  if (process.memoryUsage.rss() > maxRssBytes) process.exit(MEMORY_EXIT_CODE);
};
setInterval(endIfGrown, WATCH_MS).unref();

const engine = await openEngine();
const weights = await loadScriptWeights();

function answer({ id, frames, likely }: OcrOrder): OcrAnswer {
  endIfGrown();
  try {
    // The engine keeps this thread busy, so that the timer alone would look too late.
    const readLine = (line: Grey, set: string): readonly LineWord[] => {
      endIfGrown();
      return engine.read(line, set);
    };
    const reading = readFrames(frames, likely, { readLine, weights });
    return { id, ok: true, reading, rssBytes: process.memoryUsage.rss() };
  } catch (error) {
    const missing = codeOf(error) === 'model_missing';
    // What the engine says may quote the picture.
    return missing
      ? { id, ok: false, code: 'model_missing', message: 'Language data of the text reader are missing' }
      : { id, ok: false, code: 'ocr_failed', message: 'The words could not be read' };
  }
}

process.on('message', (order: OcrOrder) => {
  process.send?.(answer(order));
});
process.on('disconnect', () => process.exit(0));
process.send?.(READY);
