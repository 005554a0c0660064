// JSON as text -> its value, or the place where it stops being JSON. Called by the JSON formats.

/** A value, or where and why there is none. */
export type ParsedJson = { readonly value: unknown } | { readonly line: number; readonly character: number; readonly wrong: string };

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'more';

const LINE_END = /\r\n?|\n/;
const SPACE = /[ \t\n\r]*/y;
const TOKEN = /[{}[\],:"]|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Reads a JSON text, also one with the NaN and Infinity that Python writes; NaN becomes `null`. */
export function parseJson(text: string): ParsedJson {
  let value = parsed(text);
  if (value === undefined && /NaN|Infinity/.test(text)) value = parsed(withoutNaN(text));
  if (value !== undefined) return { value };
  const at = errorIn(text);
  const before = text.slice(0, at).split(LINE_END);
  const rest = text.slice(at, at + 40).split(LINE_END, 1)[0];
  const wrong = text.trim() === '' ? 'is empty' : at >= text.length ? 'is cut off: its end is missing' : `is no JSON from ${JSON.stringify(rest)} on`;
  return { line: before.length, character: (before.at(-1)?.length ?? 0) + 1, wrong };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function withoutNaN(text: string): string {
  // A number too great for JSON's readers is infinite to them.
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
    token.startsWith('"') ? token : token.endsWith('NaN') ? 'null' : token.replace('Infinity', '1e999'),
  );
}

/** Where the first token is that does not belong there; the length of the text where it ends too soon. */
function errorIn(text: string): number {
  const closers: string[] = [];
  let expected: Expected = 'value';
  for (let at = after(SPACE, text, 0); at < text.length; at = after(SPACE, text, at)) {
    const end = after(TOKEN, text, at);
    const token = text.slice(at, end);
    const next: Expected | undefined = token === '' ? undefined : follow(token, expected, closers);
    if (next === undefined) return at;
    expected = next;
    if (token !== '"') at = end;
    else {
      const close = stringEnd(text, end);
      if (text[close] !== '"') return close;
      at = close + 1;
    }
  }
  return text.length;
}

/** What is expected after a token; nothing where the token is not. Keeps account of what is open. */
function follow(token: string, expected: Expected, closers: string[]): Expected | undefined {
  if (expected === 'colon') return token === ':' ? 'value' : undefined;
  if (token === closers.at(-1) && (expected === 'more' || expected.endsWith(token))) {
    closers.pop();
    return 'more';
  }
  if (expected === 'more') return token === ',' && closers.length > 0 ? (closers.at(-1) === '}' ? 'name' : 'value') : undefined;
  if (expected.startsWith('name')) return token === '"' ? 'colon' : undefined;
  if (token === '{') closers.push('}');
  else if (token === '[') closers.push(']');
  else return ',:]}'.includes(token) ? undefined : 'more';
  return token === '{' ? 'name or }' : 'value or ]';
}

/** Where a string's closing quote is, or what may not be in a string. */
function stringEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && text[at] !== '"' && text.charCodeAt(at) >= 0x20) {
    const end = text[at] === '\\' ? after(ESCAPE, text, at) : at + 1;
    if (end === at) break;
    at = end;
  }
  return at;
}

function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
