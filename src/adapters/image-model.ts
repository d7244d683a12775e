/** A model that looks at pictures, in a process of its own that is started by the first picture. */
import { UnavailableError } from '../errors.js';
import type { ImageModel } from '../ports.js';
import { type ImageOverlay, mapLabels } from '../stages/images/image-overlay.js';
import type { Answered } from './images/child-main.js';
import type { ImageModelOrder, ImageModelValue, LoadOrder } from './images/model-protocol.js';
import { ChildEnded, ChildLate, type ChildOptions, type WatchedChild, watchChild } from './watched-child.js';

export type WatchedImageModel = ImageModel & Pick<WatchedChild<never, never>, 'started' | 'pid'>;

export interface ImageModelOptions extends ChildOptions {
  /** As evidence names it. */
  readonly name: string;
  readonly overlay: ImageOverlay;
  /** What the process loads with its first picture; unset: it knows. */
  readonly load?: LoadOrder | undefined;
}

export function openImageModel({ name, overlay, load, ...options }: ImageModelOptions): WatchedImageModel {
  const child = watchChild<ImageModelOrder, Answered<ImageModelValue>>(options);
  return {
    model: name,
    classify: async (frames, signal) => {
      const answer = await child.ask({ frames, load }, signal).catch((cause: unknown) => {
        throw cause instanceof ChildEnded || cause instanceof ChildLate
          ? new UnavailableError('stage_failed', 'The image model did not answer', { cause })
          : cause;
      });
      if (!answer.ok)
        throw new UnavailableError(
          'stage_failed',
          `The image model failed: ${[answer.message, answer.cause ?? []].flat().join(': ')}`,
        );
      const labels = answer.value;
      return { model: `${name} overlay ${overlay.version}`, labels, scores: mapLabels(labels, overlay) };
    },
    started: child.started,
    pid: child.pid,
    close: async () => child.close(),
  };
}
