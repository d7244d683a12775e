/** What the settings of a region rest on: which file wrote a value, and the law or clause that it names for it. */
import { type Law, type RegionSettings, type RegionSource, refOf } from './schema.js';
import type { YamlPath } from './yaml.js';

export type SettingKind = 'threshold' | 'clock' | 'age' | 'appeal' | 'disclosure' | 'ladder';

export interface Setting {
  readonly kind: SettingKind;
  /** `hate.attack.remove`, `ncii.notice`, `min`. */
  readonly name: string;
  readonly value: unknown;
  /** Key of `grounds` or `terms`. */
  readonly cites: string | null;
  readonly why: string | null;
  readonly file: string;
  readonly path: YamlPath;
}

/** A law or clause as data: enough to find it and to know how far to trust the quotation. */
export type Source =
  | {
      readonly kind: 'law';
      readonly key: string;
      readonly ref: string;
      readonly law: string;
      readonly article: string | null;
      readonly url: string;
      readonly known: Law['known'];
      readonly review_by: string;
    }
  | { readonly kind: 'terms'; readonly key: string; readonly ref: string; readonly url: string };

export function sourceOf(key: string, settings: RegionSettings): Source | null {
  const law = settings.grounds[key];
  if (law !== undefined && law !== null) {
    const { known, url, article } = law;
    return { kind: 'law', key, ref: refOf(law), law: law.law, article, url, known, review_by: settings.review_by };
  }
  const clause = settings.terms[key];
  return clause === undefined || clause === null ? null : { kind: 'terms', key, ref: clause.title, url: clause.url };
}

interface Citing {
  readonly cites?: string | undefined;
  readonly why?: string | undefined;
}
interface Block {
  readonly kind: SettingKind;
  readonly prefix: string;
  readonly path: YamlPath;
  readonly values: Readonly<Record<string, unknown>> & Citing;
}

function blocksOf(source: RegionSource): readonly Block[] {
  const whole = (kind: 'age' | 'appeal' | 'ladder'): readonly Block[] => {
    const values = source[kind];
    return values === undefined ? [] : [{ kind, prefix: '', path: [kind], values }];
  };
  const thresholds = Object.entries(source.thresholds ?? {}).flatMap(([category, values]): readonly Block[] =>
    values === null || values === undefined
      ? []
      : [{ kind: 'threshold', prefix: `${category}.`, path: ['thresholds', category], values }],
  );
  return [...thresholds, ...whole('age'), ...whole('appeal'), ...whole('ladder')];
}

/** Every value that a file writes, with what it names as its source. */
export function settingsOf({
  file,
  source,
}: {
  readonly file: string;
  readonly source: RegionSource;
}): readonly Setting[] {
  const inBlocks = blocksOf(source).flatMap(({ kind, prefix, path, values: { cites, why, ...values } }) =>
    Object.entries(values).map(([name, value]) => ({
      kind,
      name: `${prefix}${name}`,
      value,
      cites: cites ?? null,
      why: why ?? null,
      file,
      path: [...path, name],
    })),
  );
  const nulled = Object.entries(source.thresholds ?? {}).flatMap(([name, values]): readonly Setting[] =>
    values === null
      ? [{ kind: 'threshold', name, value: null, cites: null, why: null, file, path: ['thresholds', name] }]
      : [],
  );
  const clocks = Object.entries(source.clocks ?? {}).map(([name, clock]): Setting => {
    const cites = clock?.ground ?? null;
    return { kind: 'clock', name, value: clock, cites, why: clock?.note ?? null, file, path: ['clocks', name] };
  });
  const written = [...inBlocks, ...nulled, ...clocks];
  if (source.disclosure === undefined) return written;
  const cites = source.disclosure_cites ?? null;
  const disclosure = { kind: 'disclosure', name: 'labels', value: source.disclosure, cites, why: null } as const;
  return [...written, { ...disclosure, file, path: ['disclosure'] }];
}

export const settingKey = ({ kind, name }: Pick<Setting, 'kind' | 'name'>): string => `${kind} ${name}`;

/** The settings in force after `extends`: the nearest file's word on each; a category without thresholds has no step left. */
export function inherited(parent: ReadonlyMap<string, Setting>, own: readonly Setting[]): ReadonlyMap<string, Setting> {
  const steps = own
    .filter(({ kind, value }) => kind === 'threshold' && value === null)
    .flatMap((nulled) =>
      [...parent.values()]
        .filter(({ kind, name }) => kind === 'threshold' && name.startsWith(`${nulled.name}.`))
        .map(({ name }) => ({ ...nulled, name })),
    );
  return new Map([...parent, ...[...steps, ...own].map((setting) => [settingKey(setting), setting] as const)]);
}
