/** What the build does beside bundling. */
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const MODULE = /@mantine\/core\/esm\/.*\/(\w+)\.module\.mjs$/;

/** A part of the component library that is used without its styles would stand there bare. */
export function stylesOfParts(): Plugin {
  const styles = readFileSync(path.join(import.meta.dirname, 'mantine.css'), 'utf8');
  return {
    name: 'polywarden-styles-of-parts',
    apply: 'build',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) => ('moduleIds' in chunk ? chunk.moduleIds : []));
      const parts = modules.flatMap((id) => MODULE.exec(id)?.[1] ?? []);
      const missing = [...new Set(parts)].filter((part) => !styles.includes(`/styles/${part}.css"`));
      if (missing.length > 0) this.error(`mantine.css lacks the styles of ${missing.join(', ')}`);
    },
  };
}

const TEXT = /\.(?:js|css|html|svg)$/;
/** Smaller ones gain nothing. */
const LEAST_BYTES = 1_024;
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

/** Each file also packed, once and well, so that the server packs nothing while it serves. */
export function packed(): Plugin {
  return {
    name: 'polywarden-packed',
    apply: 'build',
    // As they were written: other plugins still change files while the bundle is made.
    async writeBundle({ dir = '' }, bundle) {
      for (const fileName of Object.keys(bundle).filter((name) => TEXT.test(name))) {
        const file = path.join(dir, fileName);
        const source = await readFile(file);
        if (source.length < LEAST_BYTES) continue;
        await writeFile(`${file}.gz`, await promisify(gzip)(source));
        await writeFile(`${file}.br`, await promisify<Buffer, typeof quality, Buffer>(brotliCompress)(source, quality));
      }
    },
  };
}
