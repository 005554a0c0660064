// Content -> a short key, the same for the same content alone. Called by the search for exact copies.
import { hash } from 'node:crypto';

/** The first 128 bits of the SHA-256 of bytes, or of a text as UTF-8, as 16 one-byte characters. */
export function contentKey(content: Uint8Array | string): string {
  return hash('sha256', content, 'binary').slice(0, 16);
}

/** The first row that came with each key: rows come in order, and each is told the one before it, or itself. */
export function firstRows(): (key: string, row: number) => number {
  const rows = new Map<string, number>();
  return (key, row) => {
    const known = rows.get(key);
    if (known === undefined) rows.set(key, row);
    return known ?? row;
  };
}
