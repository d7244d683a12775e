/** The JSON in what a model wrote. Models without a JSON mode fence it, think aloud before it, or talk around it. */

const THOUGHT = /^\s*<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/i;
/** Where the template of the model has eaten the opening tag. */
const THOUGHT_END = /^[\s\S]*<\/think(?:ing)?>/i;

/** Null: there is none, or none that is whole. */
export function jsonOf(text: string): unknown {
  const said = text.replace(THOUGHT, '').replace(THOUGHT_END, '');
  for (const candidate of [said, fenced(said), braced(said)]) {
    const json = candidate === null ? undefined : parsed(candidate);
    if (json !== undefined) return json;
  }
  return null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.trim().replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

/** The last fence: what comes before it is talk. */
function fenced(text: string): string | null {
  const parts = text.split('```');
  // Two fences make three parts: before, in, after.
  return parts.length < 3 ? null : (parts[parts.length - 2] ?? '').replace(/^[a-z]*\s*\n/i, '');
}

function braced(text: string): string | null {
  const [start, end] = [text.indexOf('{'), text.lastIndexOf('}')];
  return start < 0 || end < start ? null : text.slice(start, end + 1);
}
