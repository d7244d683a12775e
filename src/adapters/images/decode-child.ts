/** Entry of the decoding process: one picture at a time, until the parent goes or kills it. */
import { codeOf, sayError } from '../../errors.js';
import { decodeImage, viewImage } from './decode-image.js';
import type { ChildAnswer, ChildOrder } from './protocol.js';
import { MEMORY_EXIT_CODE } from './protocol.js';

const WATCH_MS = 25;

async function answer(order: ChildOrder): Promise<ChildAnswer> {
  try {
    const value =
      order.kind === 'decode'
        ? { decoded: await decodeImage(order.bytes, order.limits) }
        : { view: await viewImage(order.bytes, order.sidePx, order.limits) };
    return { id: order.id, ok: true, ...value };
  } catch (error) {
    return { id: order.id, ok: false, code: codeOf(error), message: sayError(error).slice(0, 300) };
  }
}

/** Pixels lie outside the heap that V8 limits, so the whole process is watched. */
const maxRssBytes = Number(process.argv[2]);
setInterval(() => {
  if (process.memoryUsage.rss() > maxRssBytes) process.exit(MEMORY_EXIT_CODE);
}, WATCH_MS).unref();

process.on('message', (order: ChildOrder) => {
  void answer(order).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit(0));
