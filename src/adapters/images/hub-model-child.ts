/** Entry of the process that runs an image model of the hub's layout. Nothing is ever fetched from a hub. */
import { type OpenedImageLabels, openImageLabels } from '../transformers.js';
import { serveParent } from './child-main.js';
import { highestOf, type ImageModelOrder, type ImageModelValue } from './model-protocol.js';

let loading: Promise<OpenedImageLabels> | null = null;

serveParent<ImageModelOrder, ImageModelValue>(async ({ frames, load }) => {
  if (load === undefined) throw new RangeError('no model was named');
  loading ??= openImageLabels(load);
  const model = await loading;
  return highestOf(frames, (frame) => model.look(frame));
});
