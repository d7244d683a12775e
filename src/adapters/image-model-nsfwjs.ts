/** The default image model, in a process of its own that is started by the first picture. */
import { UnavailableError } from '../errors.js';
import type { ImageModel } from '../ports.js';
import { type Child, ChildEnded, ChildLate, type ChildOptions, openChild } from './images/child.js';
import type { Answered } from './images/child-main.js';
import type { NsfwOrder, NsfwValue } from './images/nsfw-protocol.js';

/** Package and model, as evidence names them. */
const NAME = 'nsfwjs@4.4.0/mobilenet-v2';

export type WatchedImageModel = ImageModel & Pick<Child<never, never>, 'started' | 'pid'>;

export function openNsfwjs(options: ChildOptions): WatchedImageModel {
  const child = openChild<NsfwOrder, Answered<NsfwValue>>(options);
  return {
    model: NAME,
    classify: async (frames, signal) => {
      const answer = await child.ask({ frames }, signal).catch((cause: unknown) => {
        throw cause instanceof ChildEnded || cause instanceof ChildLate
          ? new UnavailableError('stage_failed', 'The image model did not answer', { cause })
          : cause;
      });
      if (!answer.ok) throw new UnavailableError('stage_failed', 'The image model failed');
      return { model: NAME, labels: answer.value };
    },
    started: child.started,
    pid: child.pid,
    close: child.close,
  };
}
