/**
 * Reads a JSON body strictly: UTF-8 by its bytes, bounded depth, no key twice. `JSON.parse` alone
 * would replace broken bytes, overflow on deep input and keep the last of two equal keys.
 */
import { isUtf8 } from 'node:buffer';
import { InvalidInputError } from '../errors.js';

/** The deepest schema (a batch of notes with context flags) nests 5 levels. */
export const MAX_JSON_DEPTH = 8;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

interface Frame {
  readonly keys: Set<string> | null;
  expectsKey: boolean;
}

const frameOf = (isObject: boolean): Frame => ({ keys: isObject ? new Set() : null, expectsKey: isObject });

/** End of the string that opens at `open`, exclusive of the quote; -1 when it never closes. */
function closingQuote(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}

function takeKey(frame: Frame, quoted: string): void {
  const key = quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
  if (key === '__proto__') throw new InvalidInputError('json_invalid', 'The key "__proto__" is not taken.');
  if (frame.keys?.has(key) === true) {
    throw new InvalidInputError('json_invalid', 'An object of the body names one key twice.');
  }
  frame.keys?.add(key);
  frame.expectsKey = false;
}

const tooDeep = (): InvalidInputError =>
  new InvalidInputError('json_too_deep', `The body nests deeper than ${MAX_JSON_DEPTH} levels.`);

/** A string that opens at `at`; answers where it ends, or the end of the text when it never does. */
function skipString(text: string, at: number, frame: Frame | undefined): number {
  const end = closingQuote(text, at);
  if (end === -1) return text.length;
  if (frame?.expectsKey === true) takeKey(frame, text.slice(at, end + 1));
  return end;
}

/** One pass over the text before it is parsed; faults of syntax are left to the parser. */
function checkJsonText(text: string): void {
  const frames: Frame[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const frame = frames.at(-1);
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = skipString(text, at, frame);
        break;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        if (frames.length === MAX_JSON_DEPTH) throw tooDeep();
        frames.push(frameOf(text.charCodeAt(at) === OPEN_OBJECT));
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        frames.pop();
        break;
      case COMMA:
        if (frame !== undefined) frame.expectsKey = frame.keys !== null;
        break;
    }
  }
}

export function parseJsonBytes(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new InvalidInputError('json_invalid', 'The body is not valid UTF-8.');
  const text = bytes.toString('utf8');
  try {
    checkJsonText(text);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    // The parser's own words quote the body, so they stay here.
    throw new InvalidInputError('json_invalid', 'The body is not valid JSON.', [], { cause: error });
  }
}

/** `application/json` in UTF-8, not compressed; anything else is refused before it is read as something it is not. */
export function checkContentType(contentType: string, contentEncoding: string | undefined): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new InvalidInputError('media_type_unsupported', 'JSON is taken in UTF-8 only.');
  }
  if (contentEncoding !== undefined && contentEncoding.toLowerCase() !== 'identity') {
    throw new InvalidInputError('media_type_unsupported', 'Compressed bodies are not taken.');
  }
}
