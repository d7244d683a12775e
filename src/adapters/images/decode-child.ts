/** Entry of the decoding process. */
import { serveParent } from './child-main.js';
import { decodeImage, viewImage } from './decode-image.js';
import type { DecodeOrder, DecodeValue } from './protocol.js';

serveParent<DecodeOrder, DecodeValue>(async (order) =>
  order.kind === 'decode'
    ? { decoded: await decodeImage(order.bytes, order.limits) }
    : { view: await viewImage(order.bytes, order.sidePx, order.limits) },
);
