/** Where the parts of this package lie, whether it runs from `src` or from `dist/src`. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

function packageRoot(): string {
  let dir = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(dir, 'package.json'))) dir = path.dirname(dir);
  return dir;
}

const root = packageRoot();

export function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const isNamed = typeof parsed === 'object' && parsed !== null && 'version' in parsed;
  return isNamed ? String(parsed.version) : 'unknown';
}

export const SHIPPED_MODELS_DIR = path.join(root, 'models');
export const SHIPPED_POLICIES_DIR = path.join(root, 'policies');
export const MIGRATIONS_DIR = path.join(root, 'prisma', 'migrations');
export const FIXTURES_DIR = path.join(root, 'fixtures', 'notes');
export const PICTURES_DIR = path.join(root, 'fixtures', 'images');
export const PROMPTS_DIR = path.join(root, 'prompts');
export const DASHBOARD_DIR = path.join(root, 'dist', 'dashboard');
/** Processes are started from the build: plain JavaScript. */
export const WORKER_SCRIPT = path.join(root, 'dist', 'workers', 'main.js');
export const DECODE_SCRIPT = path.join(root, 'dist', 'src', 'adapters', 'images', 'decode-child.js');
export const OCR_SCRIPT = path.join(root, 'dist', 'src', 'adapters', 'ocr', 'ocr-child.js');
export const OCR_MODELS_DIR = path.join(root, 'models', 'ocr');
export const HUB_IMAGE_SCRIPT = path.join(root, 'dist', 'src', 'adapters', 'images', 'hub-model-child.js');
export const NSFW_SCRIPT = path.join(root, 'dist', 'src', 'adapters', 'images', 'nsfw-child.js');
