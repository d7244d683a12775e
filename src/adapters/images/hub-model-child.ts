/** Entry of the process that runs an image model of the hub's layout. Nothing is ever fetched from a hub. */
import { openOnce } from '../../open-once.js';
import { type OpenedImageLabels, openImageLabels } from '../transformers.js';
import { serveParent } from './child-main.js';
import { highestOf, type ImageModelOrder, type ImageModelValue } from './model-protocol.js';

let open: (() => Promise<OpenedImageLabels>) | null = null;

serveParent<ImageModelOrder, ImageModelValue>(async ({ frames, load }) => {
  if (load === undefined) throw new RangeError('no model was named');
  open ??= openOnce(() => openImageLabels(load));
  const model = await open();
  return highestOf(frames, (frame) => model.look(frame));
});
