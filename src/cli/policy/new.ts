/** `polywarden policy new rule`: a commented rule at the end of a file, with tests that fail until they are filled in. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readPolicyFiles } from '../../adapters/policy-folder.js';
import { CATEGORY_IDS, isCategoryId } from '../../categories.js';
import { InvalidInputError } from '../../errors.js';
import { checkBundle, compileBundle } from '../../policy/bundle.js';
import { faultsError } from '../../policy/faults.js';
import { didYouMean } from '../../policy/nearest.js';
import { isRuleId, type NewRule, ruleSkeleton, withRule } from '../../policy/new-rule.js';
import { readArgs, usageError } from '../io.js';
import { type PolicyIo, usageOf } from './policy-io.js';

const OPTIONS = { json: { type: 'boolean' }, category: { type: 'string' }, region: { type: 'string' } } as const;

function wanted(args: readonly string[], files: ReadonlyMap<string, string>): NewRule & { readonly json: boolean } {
  const { values, positionals } = readArgs(args, OPTIONS, usageOf('new'));
  const [what, id, ...rest] = positionals;
  if (what !== 'rule' || id === undefined || rest.length > 0) throw usageError('policy new rule <id>', usageOf('new'));
  if (!isRuleId(id)) {
    throw usageError(
      `"${id}" is no id of a rule: lower-case words joined by dots, such as goods.gambling.offer`,
      usageOf('new'),
    );
  }
  const { category, region: regionId = 'global', json = false } = values;
  if (category === undefined) throw usageError('Name its category with --category', usageOf('new'));
  if (!isCategoryId(category)) {
    throw usageError(`There is no category "${category}"${didYouMean(category, CATEGORY_IDS)}`, usageOf('new'));
  }
  const bundle = compileBundle(files);
  const region = bundle.regions.get(regionId);
  if (region === undefined) {
    throw usageError(
      `There is no file for "${regionId}"${didYouMean(regionId, bundle.regions.keys())}`,
      usageOf('new'),
    );
  }
  if (region.rules.some((rule) => rule.id === id)) {
    throw new InvalidInputError('policy_invalid', `There is a rule "${id}" in ${regionId} already; ids stay for ever`);
  }
  return { id, category, region, json };
}

export async function newCommand(args: readonly string[], io: PolicyIo): Promise<number> {
  const files = await readPolicyFiles(io.policiesDir);
  const { json, ...rule } = wanted(args, files);
  const { file } = rule.region;
  const made = withRule(files.get(file) ?? '', ruleSkeleton(rule));
  const errors = checkBundle(new Map([...files, [file, made.text]])).faults.filter((fault) => fault.level === 'error');
  // Nothing is written that would put the folder out of force.
  if (errors.length > 0) throw faultsError(errors);
  await writeFile(path.join(io.policiesDir, file), made.text);
  if (json) io.out(`${JSON.stringify({ id: rule.id, region: rule.region.id, file, line: made.line }, null, 2)}\n`);
  else {
    io.out(`${file}:${made.line}: rule ${rule.id}\n`);
    io.err('Fill in its condition and its tests; they fail until then: polywarden policy test\n');
  }
  return 0;
}
