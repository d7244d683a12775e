/** What the build does beside bundling. */
import { readFileSync } from 'node:fs';
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
    enforce: 'post',
    async generateBundle(_options, bundle) {
      for (const [fileName, file] of Object.entries(bundle)) {
        const source = Buffer.from('code' in file ? file.code : file.source);
        if (!TEXT.test(fileName) || source.length < LEAST_BYTES) continue;
        this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: await promisify(gzip)(source) });
        this.emitFile({
          type: 'asset',
          fileName: `${fileName}.br`,
          source: await promisify<Buffer, typeof quality, Buffer>(brotliCompress)(source, quality),
        });
      }
    },
  };
}
