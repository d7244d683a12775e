import { expect, it } from 'vitest';
import { jsonOf } from '../../../src/adapters/llm/json-text.js';

const JSON_TEXT = '{"findings":[],"said":"a {brace} and ``` a fence"}';
const WANTED: unknown = JSON.parse(JSON_TEXT);

it.each([
  ['bare', JSON_TEXT],
  ['with white space and a mark of order', `\ufeff\n ${JSON_TEXT}\n`],
  ['in prose', `Sure, here it is: ${JSON_TEXT} Anything else?`],
  ['after thoughts that hold JSON', `<think>\nMaybe {"findings": [1]}?\n</think>\n\n${JSON_TEXT}`],
  ['after thoughts whose opening the template ate', `Maybe {"findings": [1]}?\n</think>\n${JSON_TEXT}`],
])('reads JSON %s', (_name, text) => {
  expect(jsonOf(text)).toEqual(WANTED);
});

it.each([
  ['alone', '```json\n{"a":1}\n```'],
  ['of no language', '```\n{"a":1}\n```'],
  ['in capitals, on one line', '```JSON\n{"a":1}```'],
  ['after talk with braces', 'Given {this}:\n```json\n{"a":1}\n```\nDone.'],
  ['after thoughts', '<think>hm</think>```json\n{"a":1}\n```'],
])('reads a fence %s', (_name, text) => {
  expect(jsonOf(text)).toEqual({ a: 1 });
});

it.each([
  ['nothing', ''],
  ['half of it', '{"a":'],
  ['thoughts without an end', '<think>{"a":1}, no, {"a":2}'],
  ['two at once', '{"a":1}{"a":2}'],
  ['prose', 'I cannot say } and { so'],
])('%s is none', (_name, text) => {
  expect(jsonOf(text)).toBeNull();
});
