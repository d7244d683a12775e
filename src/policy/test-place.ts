/** Where a test stands in its file, for people who look for it. */
import { recent } from './recent.js';
import type { TestResult } from './rule-tests.js';
import { type ParsedYaml, type Place, parseYaml } from './yaml.js';

const parsed = recent<ParsedYaml>(32);

/** `number` counts from 1. The file has been read before, so it is good YAML. */
export function placeOfTest(text: string, file: string, rule: string, number: number): Place {
  const yaml = parsed(`${file}\n${text}`, () => parseYaml(text, file));
  const rules: unknown = typeof yaml.value === 'object' && yaml.value !== null ? Reflect.get(yaml.value, 'rules') : [];
  const index = Array.isArray(rules) ? rules.findIndex((one) => Reflect.get(Object(one), 'id') === rule) : -1;
  return yaml.locate(index < 0 ? [] : ['rules', index, 'tests', number - 1]);
}

const MOST_CHARS = 60;

export function testLine(result: TestResult, files: ReadonlyMap<string, string>): string {
  const { file, rule, number, test, region, message } = result;
  const { line, column } = placeOfTest(files.get(file) ?? '', file, rule, number);
  const subject = (test.text ?? test.title ?? 'evidence').slice(0, MOST_CHARS);
  return `${file}:${line}:${column}: rule ${rule}, test ${number} (${region}, ${subject}): ${message}`;
}
