/**
 * The one pattern language of scopes, deny lists, protected paths and migrations: gitignore's, always anchored at the
 * repository's root, with only `*`, `?` and `**` special. Brackets, parentheses, `!` and `#` are ordinary characters,
 * because `src/app/[id]/(auth)/page.tsx` is a path and not a class (policy.md section 3 has the measured cases).
 * A bare directory means itself and all below it.
 */
import ignore from 'ignore'
import { LanekeeperError } from './errors.ts'

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
  return (path) => {
    const { ignored, rule } = compiled.test(path) as { ignored: boolean; rule?: { pattern: string } }
    return ignored ? (origin.get(rule?.pattern ?? '') ?? rule?.pattern ?? '') : null
  }
}

/**
 * Whether some path matches both patterns; exact for this language, by dynamic programming over the two patterns
 * (fuzzed against brute force in the tests). A pattern that names a directory covers what is below it.
 */
export function patternsMeet(a: string, b: string): boolean {
  return meet(withSubtree(a), withSubtree(b))
}

/** `dir` is `dir` or `dir/**`; both spellings as segment lists. */
function withSubtree(pattern: string): string[][] {
  const segments = normalised(pattern).split('/')
  return segments.at(-1) === '**' ? [segments] : [segments, [...segments, '**']]
}

function meet(as: string[][], bs: string[][]): boolean {
  return as.some((a) => bs.some((b) => segmentsMeet(a, b)))
}

function segmentsMeet(a: readonly string[], b: readonly string[]): boolean {
  const [x, y] = [a[0], b[0]]
  if (x === undefined && y === undefined) return true
  if (x === '**') return doubleStarMeets(a, b)
  if (y === '**') return doubleStarMeets(b, a)
  if (x === undefined || y === undefined) return false
  return globsMeet(x, y) && segmentsMeet(a.slice(1), b.slice(1))
}

/** A leading or inner `**` stands for any number of directories; a trailing one for at least one segment (git's rule). */
function doubleStarMeets(star: readonly string[], other: readonly string[]): boolean {
  const rest = star.slice(1)
  if (rest.length === 0) return other.length > 0
  if (segmentsMeet(rest, other)) return true
  if (other.length === 0) return false
  if (other[0] === '**') return segmentsMeet(star, other.slice(1)) || segmentsMeet(rest, other)
  return segmentsMeet(star, other.slice(1))
}

/** Whether two `*`/`?` globs over one path segment have a string in common. */
function globsMeet(a: string, b: string): boolean {
  const reach = new Set<string>()
  const visit = (i: number, j: number): boolean => {
    const key = `${i},${j}`
    if (reach.has(key)) return false
    reach.add(key)
    if (i === a.length && j === b.length) return true
    if (a[i] === '*' && (visit(i + 1, j) || (j < b.length && visit(i, j + 1)))) return true
    if (b[j] === '*' && (visit(i, j + 1) || (i < a.length && visit(i + 1, j)))) return true
    if (i >= a.length || j >= b.length || a[i] === '*' || b[j] === '*') return false
    return (a[i] === '?' || b[j] === '?' || a[i] === b[j]) && visit(i + 1, j + 1)
  }
  return visit(0, 0)
}
