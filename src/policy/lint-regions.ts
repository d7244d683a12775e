/** Regions that a condition speaks of and is never asked in. */
import type { CompiledRegion } from './model.js';
import type { RegionFile } from './sources.js';
import type { YamlPath } from './yaml.js';

interface Apart {
  readonly path: YamlPath;
  /** Into the condition. */
  readonly offset: number;
  readonly message: string;
}
interface Written {
  readonly region: CompiledRegion;
  readonly file: RegionFile;
  /** The region and all that build on it. */
  readonly heirs: readonly CompiledRegion[];
}

/** A condition is asked where its file speaks, and where a file that builds on it writes no other. */
export function apartRegions({ region, file, heirs }: Written): readonly Apart[] {
  return (file.source.rules ?? []).flatMap((source, index) =>
    (['when', 'unless'] as const).flatMap((field): readonly Apart[] => {
      if (typeof source[field] !== 'string') return [];
      const asked = heirs.flatMap(({ id, rules }) => {
        const rule = rules.find((other) => other.id === source.id);
        if (rule === undefined || rule.mode.kind === 'disabled') return [];
        const condition = rule.variant[field];
        return condition !== null && condition.source === source[field] ? [{ id, condition }] : [];
      });
      const uses = asked[0]?.condition.regions ?? [];
      const apart = uses.filter((use) => !asked.some(({ id }) => id === use.id));
      return apart.map(({ id, offset }) => {
        const why = heirs.some((heir) => heir.id === id)
          ? `in ${id} the rule is off or has another ${field}`
          : `no file "${id}" builds on ${region.id}, and region.id is the file that speaks`;
        const message = `rule ${source.id}, ${field}: region.id is never "${id}" here: ${why}`;
        return { path: ['rules', index, field], offset, message };
      });
    }),
  );
}
