/**
 * The one pattern language of scopes, deny lists, protected paths and migrations: gitignore's, always anchored at the
 * repository's root, with only `*`, `?` and `**` special. Brackets, parentheses, `!` and `#` are ordinary characters,
 * because `src/app/[id]/(auth)/page.tsx` is a path and not a class (policy.md section 3 has the measured cases).
 * A bare directory means itself and all below it.
 */
import ignore from 'ignore'
import { LanekeeperError } from './errors.ts'
import { pathMatching } from './pattern-meeting.ts'

export type Matcher = (path: string) => string | null

/** What is wrong with a pattern, or null. */
export function problemWithPattern(pattern: string): string | null {
  if (pattern.trim() === '') return 'is empty'
  if (pattern.startsWith('!')) return 'starts with "!": there is no negation, put it under deny'
  if (pattern.includes('\\')) return 'holds a backslash: write paths with /'
  if (/[\u0000-\u001f\u007f]/.test(pattern)) return 'holds a control character'
  if (/\{[^}]*,[^}]*\}/.test(pattern)) return 'holds {a,b}: write one pattern a line'
  const parts = normalised(pattern).split('/')
  if (parts.some((part) => part === '..' || part === '.')) return 'leaves its directory with . or ..'
  if (parts.join('/') === '') return 'names the whole repository'
  return null
}

/** True for `*`, `**` and the like: a scope that is no scope. */
export function matchesEverything(pattern: string): boolean {
  return /^(\*+)(\/\*+)*$/.test(normalised(pattern))
}

/** The directories a pattern begins with before its first wildcard: `db/?/x` → `db`; empty where it begins with one. */
export function literalPrefix(pattern: string): string {
  const parts = normalised(pattern).split('/')
  const wild = parts.findIndex((part) => /[*?]/.test(part))
  return (wild === -1 ? parts : parts.slice(0, wild)).join('/')
}

/** NFC, without leading `./` and `/`, without trailing `/`, without doubled `/`. */
export function normalised(pattern: string): string {
  return pattern
    .normalize('NFC')
    .replace(/^(\.?\/)+/, '')
    .replace(/\/{2,}/g, '/')
    .replace(/\/+$/, '')
}

/** Throws `bad-pattern` for the first pattern that the language does not have; gives the normalised list. */
export function checkedPatterns(patterns: readonly string[], where: string): string[] {
  for (const pattern of patterns) {
    const problem = problemWithPattern(pattern)
    if (problem !== null)
      throw new LanekeeperError('bad-pattern', `The pattern ${JSON.stringify(pattern)} (${where}) ${problem}.`, {
        hint: 'Patterns are paths from the repository root; only *, ? and ** are special. Example: src/auth/**',
      })
  }
  return patterns.map(normalised)
}

/** gitignore text for one of our patterns: anchored, our literals escaped, a trailing space kept. */
export function gitignoreOf(pattern: string): string {
  const escaped = normalised(pattern)
    .replace(/[[\]#!]/g, '\\$&')
    .replace(/ +$/, (spaces) => '\\ '.repeat(spaces.length))
  return `/${escaped}`
}

/**
 * Compiles patterns into one matcher that answers with the pattern that matched, or null.
 * `ignoreCase` is for deny and protected: on a case-blind disk `Package.json` is `package.json`.
 */
export function matcherOf(patterns: readonly string[], { ignoreCase = false } = {}): Matcher {
  if (patterns.length === 0) return () => null
  const fold = ignoreCase ? (text: string) => text.toLowerCase() : (text: string) => text
  const anchored = new Map<string, string>()
  const floating = new Map<string, string>()
  const globs: string[] = []
  for (const pattern of patterns) {
    const path = normalised(pattern)
    if (!/[*?]/.test(path)) anchored.set(fold(path), pattern)
    else if (/^\*\*\/[^*?/]+$/.test(path)) floating.set(fold(path.slice(3)), pattern)
    else globs.push(pattern)
  }
  const glob = globMatcher(globs, ignoreCase)
  const plain = plainMatcher(anchored, floating, fold)
  return (path) => {
    const text = inNfc(path)
    return plain(text) ?? glob(text)
  }
}

/** Nearly every path is ASCII, and NFC leaves that alone. */
function inNfc(path: string): string {
  return /[^\u0000-\u007f]/.test(path) ? path.normalize('NFC') : path
}

/**
 * Patterns without wildcards, and `**\/name`, need no matcher: a path matches when it or a directory above it is in a
 * map. That is nearly every pattern people write, and 50,000 paths are judged in a tenth of the time. git lists paths
 * directory by directory, so what matched the last directory is remembered.
 */
function plainMatcher(
  anchored: ReadonlyMap<string, string>,
  floating: ReadonlyMap<string, string>,
  fold: (text: string) => string,
): Matcher {
  const lengths = new Set([...anchored.keys()].map(({ length }) => length))
  const ofEntry = (directory: string, name: string): string | null => {
    const prefix = directory === '' ? 0 : directory.length + 1
    const whole = lengths.has(prefix + name.length)
      ? anchored.get(prefix === 0 ? name : `${directory}/${name}`)
      : undefined
    return whole ?? floating.get(name) ?? null
  }
  const ofDirectory = (directory: string): string | null => {
    if (directory === '') return null
    const [above, name] = splitPath(directory)
    return ofDirectory(above) ?? ofEntry(above, name)
  }
  let last = { directory: '', folded: '', found: null as string | null }
  return (path) => {
    const slash = Math.max(path.lastIndexOf('/'), 0)
    if (slash !== last.directory.length || !path.startsWith(last.directory)) {
      const directory = path.slice(0, slash)
      last = { directory, folded: fold(directory), found: ofDirectory(fold(directory)) }
    }
    return last.found ?? ofEntry(last.folded, fold(slash === 0 ? path : path.slice(slash + 1)))
  }
}

function splitPath(path: string): [directory: string, name: string] {
  const slash = path.lastIndexOf('/')
  return slash === -1 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)]
}

function globMatcher(patterns: readonly string[], ignoreCase: boolean): Matcher {
  if (patterns.length === 0) return () => null
  const origin = new Map(patterns.map((pattern) => [gitignoreOf(pattern), pattern]))
  const compiled = ignore({ ignorecase: ignoreCase }).add([...origin.keys()].join('\n'))
  // what a pattern says before its first wildcard tells most paths apart, at a tenth of the cost
  const starts = ignoreCase ? [''] : patterns.map((pattern) => normalised(pattern).split(/[*?]/)[0] ?? '')
  return (path) => {
    if (!starts.some((start) => path.startsWith(start))) return null
    const { ignored, rule } = compiled.test(path) as { ignored: boolean; rule?: { pattern: string } }
    return ignored ? (origin.get(rule?.pattern ?? '') ?? rule?.pattern ?? '') : null
  }
}

/**
 * A path that matches both patterns, or null; exact for this language (`pattern-meeting.ts`).
 * A pattern that names a directory covers what is below it.
 */
export function meetingOf(a: string, b: string): string | null {
  return pathMatching([{ pattern: normalised(a) }, { pattern: normalised(b) }])
}

/** Whether some path matches both patterns. */
export function patternsMeet(a: string, b: string): boolean {
  return meetingOf(a, b) !== null
}
