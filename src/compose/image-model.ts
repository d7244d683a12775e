/** IMAGE_MODEL -> the model that looks at pictures: nsfwjs from its package, or one of the hub's layout. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { openImageModel } from '../adapters/image-model.js';
import { overlayFile, readImageOverlay } from '../adapters/models/overlays.js';
import type { Config } from '../config.js';
import { InvalidInputError, UnavailableError } from '../errors.js';
import { HUB_IMAGE_SCRIPT, NSFW_SCRIPT, SHIPPED_MODELS_DIR } from '../paths.js';
import type { ImageModel } from '../ports.js';
import { type ImageOverlay, labelsOf } from '../stages/images/image-overlay.js';

const NSFWJS = 'nsfwjs';
/** Package and model, as evidence names them. */
const NSFWJS_NAME = 'nsfwjs@4.4.0/mobilenet-v2';
const MEGABYTE = 1_048_576;
const HEAP_MB = 512;
const START_MS = 20_000;
const RECYCLE_AFTER = 300;

export interface ImageModelScripts {
  readonly nsfwjs: string;
  readonly hub: string;
}

/** What is wrong with the configuration stops the start; the model itself is loaded by the first picture. */
export function composeImageModel(
  config: Config,
  scripts: ImageModelScripts = { nsfwjs: NSFW_SCRIPT, hub: HUB_IMAGE_SCRIPT },
): ImageModel | null {
  if (config.IMAGE_MODEL === 'off') return null;
  const limits = {
    heapMb: HEAP_MB,
    startMs: START_MS,
    maxRssBytes: config.IMAGE_MODEL_MEMORY_MB * MEGABYTE,
    timeoutMs: config.IMAGE_MODEL_TIMEOUT_MS,
    recycleAfter: RECYCLE_AFTER,
  };
  const dir = path.join(config.MODELS_DIR, config.IMAGE_MODEL);
  const overlay = overlayOf(dir, config.IMAGE_MODEL);
  if (config.IMAGE_MODEL === NSFWJS) {
    return openImageModel({ ...limits, name: NSFWJS_NAME, overlay, script: scripts.nsfwjs });
  }
  if (!existsSync(path.join(dir, 'config.json'))) {
    throw new UnavailableError('model_missing', `The image model ${config.IMAGE_MODEL} lies not under MODELS_DIR`);
  }
  const { task, dtype, template } = overlay;
  const load = { dir, task, dtype, template, threads: config.MODEL_THREADS, labels: labelsOf(overlay) };
  return openImageModel({ ...limits, name: config.IMAGE_MODEL, overlay, script: scripts.hub, load });
}

function overlayOf(dir: string, name: string): ImageOverlay {
  const shipped = path.join(SHIPPED_MODELS_DIR, NSFWJS);
  const overlay = readImageOverlay(dir) ?? (name === NSFWJS ? readImageOverlay(shipped) : null);
  if (overlay !== null) return overlay;
  const message = `${path.basename(overlayFile(dir))} is needed beside the models: it says what the labels mean`;
  throw new InvalidInputError('models_invalid', message);
}
