// The command line as it was typed, for reports that say how to do it again.

/** With quotes where a shell needs them. */
export function commandLine(): string {
  return `graft ${process.argv.slice(2).map(quoted).join(' ')}`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
