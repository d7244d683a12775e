/** `polywarden models`: which models there are, fetching one from a hub, checking what lies on disk. */
import path from 'node:path';
import { checkModel } from '../adapters/models/check-model.js';
import { fetchModel } from '../adapters/models/fetch-model.js';
import { type HubEntry, type Manifest, type ModelEntry, readManifest } from '../adapters/models/manifest.js';
import { configFromProcess } from '../config.js';
import { InvalidInputError } from '../errors.js';
import { type Io, readArgs, unknownWord, usageError } from './io.js';

const MODELS_USAGE = `polywarden models <list | fetch | check> [options]

  list                     models of models/models.yaml, and what of them lies here
  fetch NAME... [--all]    download from the hub, verify, put in place; goes on where it stopped
  check [NAME...]          verify the checksums of what lies here; without names: all that is not absent

  --hub URL      another hub than the list names (a mirror)
  --models DIR   folder of the models (default: MODELS_DIR)
  --json         one JSON object in place of the lines`;

const OPTIONS = {
  hub: { type: 'string' },
  models: { type: 'string' },
  all: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Scene {
  readonly manifest: Manifest;
  readonly dir: string;
  readonly hub: string;
  readonly names: readonly string[];
  readonly all: boolean;
  readonly json: boolean;
  readonly io: Io;
}

const COMMANDS: Readonly<Record<string, (scene: Scene) => Promise<number>>> = { list, fetch: fetchNamed, check };

export async function modelsCommand(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs(args, OPTIONS, MODELS_USAGE);
  const [name, ...names] = positionals;
  if (values.help || name === undefined) {
    io.stdout.write(`${MODELS_USAGE}\n`);
    return values.help ? 0 : 2;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw usageError(unknownWord('command models', name, Object.keys(COMMANDS)), MODELS_USAGE);
  const dir = path.resolve(values.models ?? configFromProcess().MODELS_DIR);
  const manifest = await readManifest(dir);
  const { all = false, json = false } = values;
  if (name === 'list' && names[0] !== undefined) throw usageError(`list takes no ${names[0]}`, MODELS_USAGE);
  if (all && names.length > 0) throw usageError('Name models, or --all', MODELS_USAGE);
  return command({ manifest, dir, hub: hubOf(values.hub ?? manifest.hub), names, all, json, io });
}

function hubOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && ['http:', 'https:'].includes(url.protocol)) return url.href;
  throw usageError(`${text} is no http or https address`, MODELS_USAGE);
}

const folderOf = (scene: Scene, entry: ModelEntry): string => path.join(scene.dir, entry.folder);

function named(scene: Scene): readonly ModelEntry[] {
  return scene.names.map((name) => {
    const found = scene.manifest.models.find(({ folder }) => folder === name);
    if (found !== undefined) return found;
    const known = scene.manifest.models.map(({ folder }) => folder).join(', ');
    throw usageError(`There is no model ${name}; there are ${known}`, MODELS_USAGE);
  });
}

async function list(scene: Scene): Promise<number> {
  const rows = [];
  for (const entry of scene.manifest.models) {
    const { state } = await checkModel(entry, folderOf(scene, entry));
    const { folder, kind, licence, source, about } = entry;
    rows.push({ folder, kind, source, state, licence, about, select: entry.source === 'hub' ? entry.select : null });
  }
  if (scene.json) scene.io.stdout.write(`${JSON.stringify({ models: rows })}\n`);
  else {
    for (const { folder, kind, source, state, licence, about, select } of rows) {
      const use = select === null ? '' : `\n    use: ${select}`;
      scene.io.stdout.write(`${folder}  ${kind}, ${source}, ${state}\n    ${about}\n    licence: ${licence}${use}\n`);
    }
  }
  return 0;
}

async function fetchNamed(scene: Scene): Promise<number> {
  const isHub = (entry: ModelEntry): entry is HubEntry => entry.source === 'hub';
  const wanted = scene.all ? scene.manifest.models.filter(isHub) : named(scene);
  if (wanted.length === 0) throw usageError('Name a model, or --all', MODELS_USAGE);
  for (const entry of wanted) {
    if (!isHub(entry)) throw new InvalidInputError('usage', `${entry.folder} is shipped: there is nothing to fetch`);
    const tell = (line: string): void => {
      if (!scene.json) scene.io.stdout.write(`${entry.folder}/${line}\n`);
    };
    const order = { entry, dir: folderOf(scene, entry), hub: scene.hub, tell };
    const fetched = await fetchModel(order, new AbortController().signal);
    scene.io.stdout.write(
      scene.json
        ? `${JSON.stringify({ folder: entry.folder, ...fetched })}\n`
        : `${entry.folder}: commit ${fetched.revision}; use: ${entry.select}\n`,
    );
  }
  return 0;
}

async function check(scene: Scene): Promise<number> {
  const all = scene.names.length === 0;
  let failed = 0;
  for (const entry of all ? scene.manifest.models : named(scene)) {
    const { state, faults } = await checkModel(entry, folderOf(scene, entry));
    if (all && state === 'absent' && entry.source === 'hub') continue;
    if (state !== 'ready') failed += 1;
    if (scene.json) scene.io.stdout.write(`${JSON.stringify({ folder: entry.folder, state, faults })}\n`);
    else scene.io.stdout.write(`${entry.folder}: ${state}\n${faults.map((fault) => `  ${fault}\n`).join('')}`);
  }
  return failed === 0 ? 0 : 1;
}
