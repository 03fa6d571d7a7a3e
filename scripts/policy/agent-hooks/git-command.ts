/** A git command line taken apart: what stands before the subcommand, the subcommand, and its arguments. */

export interface GitCall {
  /** Directories it is sent to, each from the one before: `-C a`, `--git-dir=b`. */
  readonly dirs: readonly string[]
  /** Settings for this command alone, as given: `core.hooksPath=x`. */
  readonly configs: readonly string[]
  readonly verb: string
  readonly args: readonly string[]
}

/** Options before the subcommand with a value of their own. */
const WITH_VALUE = [
  '-C',
  '-c',
  '--git-dir',
  '--work-tree',
  '--namespace',
  '--exec-path',
  '--config-env',
  '--super-prefix',
]

/** @param words after `git` itself */
export function gitCall(words: readonly string[]): GitCall {
  const dirs: string[] = []
  const configs: string[] = []
  let at = 0
  for (; words[at]?.startsWith('-'); at += 1) {
    const word = words[at] ?? ''
    const equals = word.startsWith('--') ? word.indexOf('=') : -1
    const name = equals === -1 ? word : word.slice(0, equals)
    if (!WITH_VALUE.includes(name)) continue
    if (equals === -1) at += 1
    const value = equals === -1 ? (words[at] ?? '') : word.slice(equals + 1)
    if (name === '-C' || name === '--git-dir') dirs.push(value)
    if (name === '-c' || name === '--config-env') configs.push(value)
  }
  return { dirs, configs, verb: words[at] ?? '', args: words.slice(at + 1) }
}

/** Words that are no options, and what stands behind `--`; options of `withValue` take the next word with them. */
export function positionals(args: readonly string[], withValue: readonly string[] = []): string[] {
  const found: string[] = []
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? ''
    if (word === '--') return [...found, ...args.slice(at + 1)]
    if (withValue.includes(word)) at += 1
    else if (!word.startsWith('-') || word === '-') found.push(word)
  }
  return found
}

/** The options alone, up to `--`. */
export function optionsOf(args: readonly string[]): string[] {
  const end = args.indexOf('--')
  return (end === -1 ? args : args.slice(0, end)).filter((word) => word.startsWith('-') && word !== '-')
}

/** Verbs whose `-n` is `--no-verify` (for `merge` it means no diffstat, for `push` a dry run), and their short options with a value. */
const SHORT_NO_VERIFY: Readonly<Record<string, string>> = { commit: 'mFCctuS', am: 'CpS' }
const LONG_WITH_VALUE =
  /^--(message|file|author|date|reuse-message|reedit-message|template|fixup|squash|trailer|cleanup|pathspec-from-file|strategy|strategy-option|onto|exec)$/

/** Whether the arguments switch the hooks off: `--no-verify`, as short as git takes it, or `-n` where it means that. */
export function skipsHooks({ verb, args }: GitCall): boolean {
  const valued = Object.hasOwn(SHORT_NO_VERIFY, verb) ? SHORT_NO_VERIFY[verb] : undefined
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? ''
    if (word === '--') return false
    if (word.startsWith('--no-v') && '--no-verify'.startsWith(word)) return true
    if (LONG_WITH_VALUE.test(word)) at += 1
    if (valued === undefined || !/^-[A-Za-z]/.test(word)) continue
    const cut = [...word].findIndex((letter, index) => index > 0 && valued.includes(letter))
    if (word.slice(0, cut === -1 ? undefined : cut).includes('n')) return true
    // `-m` at the end of a cluster takes the next word, `-u` and `-S` never do
    if (cut === word.length - 1 && !/[uS]$/.test(word)) at += 1
  }
  return false
}
