/**
 * Whether some path matches several patterns and none of some others, and which one: exact, because each pattern is a
 * small automaton over characters and their product is searched breadth first (fuzzed against brute force in the tests).
 * The path found is the shortest there is.
 */

/** One step of a pattern; a pattern is a list of them, and after the last comes its subtree. */
type Token =
  | { readonly kind: 'literal'; readonly char: string }
  /** `?` */
  | { readonly kind: 'any' }
  /** `*` */
  | { readonly kind: 'star' }
  /** `**` between slashes: at the start of a directory's name, or at the end. */
  | { readonly kind: 'directories' }
  /** In the middle of such a name. */
  | { readonly kind: 'inDirectory' }

/** A pattern as it takes part: what names a file for sure has nothing below it. */
export interface Part {
  readonly pattern: string
  /** Nothing lies below what it matches. */
  readonly isFile?: boolean
  /** As deny and protected are matched. */
  readonly ignoreCase?: boolean
}

interface Automaton {
  readonly tokens: readonly Token[]
  readonly hasSubtree: boolean
  readonly fold: (char: string) => string
}

/** More states than any pattern a person writes needs: past it the answer is "they may meet". */
const MOST_STATES = 20_000

/**
 * The shortest path that all of `every` match and none of `none`, or null where there is no such path.
 * Patterns whose automaton outgrows `MOST_STATES` count as meeting: then the first of `every` is given.
 * @param every normalised patterns, at least one
 */
export function pathMatching(every: readonly Part[], none: readonly Part[] = []): string | null {
  if (every.some((part) => every.some((other) => partEarly(part, other)))) return null
  const automata = [...every, ...none].map(automatonOf)
  const isWanted = (index: number) => index < every.length
  const start: State = { path: '', name: '', sets: automata.map((automaton) => reach(automaton, [0])) }
  const seen = new Set([keyOf(start)])
  const queue = [start]
  for (const state of queue) {
    if (isWhole(state, automata, isWanted)) return state.path
    if (seen.size > MOST_STATES) return every[0]?.pattern ?? null
    for (const char of nextChars(state, automata)) {
      const next = after(state, char, automata)
      if (next === null || isHopeless(next, automata, isWanted) || seen.has(keyOf(next))) continue
      seen.add(keyOf(next))
      queue.push(next)
    }
  }
  return null
}

/**
 * Whether two patterns differ before either has a wildcard, as nearly all lanes do: no path matches both, and a search would
 * take 0.3 ms to say so (60 open tasks are 1,770 pairs).
 */
function partEarly(one: Part, other: Part): boolean {
  if (one.ignoreCase || other.ignoreCase) return false
  // below what ends here lies its subtree
  const [a, b] = [`${one.pattern}/`, `${other.pattern}/`]
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at += 1) {
    if (isWild(a[at]) || isWild(b[at])) return false
    if (a[at] !== b[at]) return true
  }
  return false
}

function isWild(char: string | undefined): boolean {
  return char === '*' || char === '?'
}

interface State {
  readonly path: string
  /** The part after the last slash, as far as it matters: no name is empty, `.` or `..`. */
  readonly name: '' | '.' | '..' | 'x'
  /** Where each automaton can stand. */
  readonly sets: readonly (readonly number[])[]
}

function keyOf({ name, sets }: State): string {
  return `${name} ${sets.join(';')}`
}

function automatonOf({ pattern, isFile = false, ignoreCase = false }: Part): Automaton {
  // git reads three stars as two
  const segments = pattern.split('/').map((segment) => segment.replace(/^\*{2,}$/, '**'))
  // `dir/**` is what lies below dir: one name, and its subtree like every other pattern's
  if (segments.at(-1) === '**') segments[segments.length - 1] = '*'
  const tokens = segments.flatMap((segment, index): Token[] => {
    if (segment === '**') return [{ kind: 'directories' }, { kind: 'inDirectory' }]
    const isLast = index === segments.length - 1
    return [...[...tokensOf(segment)], ...(isLast ? [] : [{ kind: 'literal', char: '/' } as const])]
  })
  return { tokens, hasSubtree: !isFile, fold: ignoreCase ? (char) => char.toLowerCase() : (char) => char }
}

/** By UTF-16 unit, as the matcher counts. */
function tokensOf(segment: string): Token[] {
  return segment
    .split('')
    .map((char) => (char === '*' ? { kind: 'star' } : char === '?' ? { kind: 'any' } : { kind: 'literal', char }))
}

/** Positions with all that is reached without a character. */
function reach({ tokens }: Automaton, positions: readonly number[]): number[] {
  const found = new Set(positions)
  for (const at of found) {
    const kind = tokens[at]?.kind
    if (kind === 'star') found.add(at + 1)
    if (kind === 'directories') found.add(at + 2)
  }
  return [...found].sort((a, b) => a - b)
}

function stepped(automaton: Automaton, positions: readonly number[], char: string): number[] {
  return reach(
    automaton,
    positions.flatMap((at) => targets(automaton, at, char)),
  )
}

/** The position after the last token is the match itself; one further is its subtree, where everything matches. */
function targets({ tokens, hasSubtree, fold }: Automaton, at: number, char: string): number[] {
  const token = tokens[at]
  const isSlash = char === '/'
  if (token === undefined) return at > tokens.length ? [at] : isSlash && hasSubtree ? [at + 1] : []
  if (token.kind === 'literal') return fold(token.char) === fold(char) ? [at + 1] : []
  if (token.kind === 'any') return isSlash ? [] : [at + 1]
  if (token.kind === 'star') return isSlash ? [] : [at]
  if (token.kind === 'directories') return isSlash ? [] : [at + 1]
  return isSlash ? [at - 1] : [at]
}

/** The characters that can make a difference: those that some pattern names next, and one that none does. */
function nextChars({ sets }: State, automata: readonly Automaton[]): string[] {
  const named = new Set<string>()
  for (const [index, { tokens, fold }] of automata.entries())
    for (const at of sets[index] ?? []) {
      const token = tokens[at]
      if (token?.kind === 'literal') named.add(token.char).add(fold(token.char)).add(otherCase(token.char))
    }
  const unnamed = 'xyzwvutsrqponmlkjihgfedcba0123456789'.split('').find((char) => !named.has(char)) ?? '_'
  return [unnamed, ...named, '/']
}

function otherCase(char: string): string {
  const upper = char.toUpperCase()
  return upper.length === char.length ? upper : char
}

function after({ path, name, sets }: State, char: string, automata: readonly Automaton[]): State | null {
  const next = nameAfter(name, char)
  if (next === null) return null
  return {
    path: path + char,
    name: next,
    sets: automata.map((automaton, index) => stepped(automaton, sets[index] ?? [], char)),
  }
}

function nameAfter(name: State['name'], char: string): State['name'] | null {
  if (char === '/') return name === 'x' ? '' : null
  if (char !== '.' || name === 'x' || name === '..') return 'x'
  return name === '' ? '.' : '..'
}

function isWhole({ name, sets }: State, automata: readonly Automaton[], isWanted: (index: number) => boolean): boolean {
  const matches = (index: number) => sets[index]?.some((at) => at >= (automata[index]?.tokens.length ?? 0)) ?? false
  return name === 'x' && automata.every((_, index) => matches(index) === isWanted(index))
}

/** No longer path can be one: a wanted pattern is lost, or the whole subtree is unwanted. */
function isHopeless({ sets }: State, automata: readonly Automaton[], isWanted: (index: number) => boolean): boolean {
  return automata.some(({ tokens }, index) =>
    isWanted(index) ? sets[index]?.length === 0 : sets[index]?.some((at) => at > tokens.length),
  )
}
