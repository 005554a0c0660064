// SentencePiece's precompiled normalisation: the table of a `tokenizer.json` -> a function on texts. Called by the tokeniser, whose library has rules that
// come close to the common tables but do not read them (it makes joiners inside emoji and Persian words into spaces, for instance).

/**
 * The normalisation that a `precompiled_charsmap` holds: a trie of UTF-8 strings (a double array as darts-clone lays it out: 32-bit units with label,
 * offset and leaf bits), whose values are places in a list of replacements. As in `tokenizers`, a grapheme of at most 5 bytes is looked up as a
 * whole first, then each of its characters, and the shortest prefix that the trie knows decides.
 * @param base64 size of the trie in bytes (uint32, little-endian), the trie, the replacements, each ended by a zero byte.
 */
export function charsmapNormaliser(base64: string): (text: string) => string {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  const trieBytes = new DataView(bytes.buffer).getUint32(0, true);
  const trie = new Uint32Array(bytes.slice(4, 4 + trieBytes).buffer);
  const replacements = bytes.subarray(4 + trieBytes);
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  const known = new Map<string, string | undefined>();
  const lookUp = (text: string): string | undefined => {
    if (known.has(text)) return known.get(text);
    const at = shortestPrefix(trie, encoder.encode(text));
    const found = at === undefined ? undefined : decoder.decode(replacements.subarray(at, replacements.indexOf(0, at)));
    known.set(text, found);
    return found;
  };
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
  return (text) => {
    let out = '';
    for (const { segment } of graphemes.segment(text)) {
      const whole = encoder.encode(segment).length < 6 ? lookUp(segment) : undefined;
      out += whole ?? Array.from(segment, (character) => lookUp(character) ?? character).join('');
    }
    return out;
  };
}

/** Value of the shortest prefix of `key` in a double array. */
function shortestPrefix(trie: Uint32Array, key: Uint8Array): number | undefined {
  const unit = (place: number) => trie[place] ?? 0;
  let place = offsetOf(unit(0));
  for (const byte of key) {
    place ^= byte;
    const here = unit(place);
    const label = (here & 0x800000ff) >>> 0;
    if (byte === 0 || label !== byte) return undefined;
    place ^= offsetOf(here);
    if ((here >>> 8) & 1) return unit(place) & 0x7fffffff;
  }
  return undefined;
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
