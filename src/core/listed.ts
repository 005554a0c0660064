// Names for people. Called by messages that name what was found.

const MOST = 10;

/** The first ten in quotes, with commas between. */
export function listed(names: readonly string[]): string {
  const quoted = names.slice(0, MOST).map((name) => `"${name}"`);
  return [...quoted, ...(names.length > MOST ? ['...'] : [])].join(', ');
}
