/** One word of a POSIX shell command line, quoted only where it must be, so that hints stay readable. */
export function shellQuote(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** A whole command line out of its words. */
export function commandLine(words: readonly string[]): string {
  return words.map(shellQuote).join(' ')
}

/** A path of the repository as git takes it in any of the worktree's folders: whoever is refused may stand in one. */
export function fromTop(path: string): string {
  return `:/${path}`
}
