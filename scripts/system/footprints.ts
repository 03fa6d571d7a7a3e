/** Which sides change nothing in common, for any number of pairs: three git processes, where each merge would be one. */
import { parseRawDiffs, RAW_DIFF_OPTIONS } from '../policy/changes.ts'
import { parseGraph } from '../policy/distance.ts'
import { footprintOf, mayConflict } from '../policy/footprint.ts'
import { historyOf, mergeBases } from '../policy/merge-bases.ts'
import type { Side } from './foretold-conflicts.ts'
import type { Git } from './git.ts'

type Pair = readonly [Side, Side]

/** Hundreds of tasks that began at as many commits long ago: what is not compared in this time is left to a merge. */
const MOST_DIFFS = 500
const MOST_COMMITS = 1_000_000

/**
 * Whether the sides of each pair are so far apart that they merge without a conflict. False says nothing: it may be that
 * git knows no single commit where they part.
 */
export function pairsApart(git: Git, pairs: readonly Pair[]): boolean[] {
  const bases = basesOf(git, pairs)
  const lines = pairs.flatMap((pair, index) => pair.flatMap((side) => diffLine(side, bases[index] ?? null)))
  const diffs = diffsOf(git, [...new Set(lines)].slice(0, MOST_DIFFS))
  const footprint = remembered(
    ({ key }: Side, base: string | null) => `${key} ${base}`,
    (side, base) => {
      const committed = diffs.get(diffLine(side, base)[0] ?? '')
      return committed === undefined ? null : footprintOf(committed, side.uncommitted)
    },
  )
  return pairs.map((pair, index) => {
    const [a, b] = pair.map((side) => footprint(side, bases[index] ?? null))
    return a != null && b != null && !mayConflict(a, b)
  })
}

/** The one commit where the sides of a pair part, or null. */
function basesOf(git: Git, pairs: readonly Pair[]): (string | null)[] {
  if (pairs.length === 0) return []
  const tips = [...new Set(pairs.flat().map(({ tip }) => tip))]
  const common = git.attempt(['merge-base', '--octopus', ...tips]).stdout.trim()
  if (common === '') return pairs.map(() => null)
  const graph = parseGraph(git.attempt(['rev-list', '--parents', ...tips, `^${common}`]).stdout)
  const history = remembered(
    ({ tip }: Side) => tip,
    ({ tip }) => historyOf(tip, graph, common),
  )
  return pairs.map(([a, b], index) => {
    if (index * graph.size > MOST_COMMITS) return null
    const [base, ...others] = mergeBases(history(a), history(b), graph)
    return base !== undefined && others.length === 0 ? base : null
  })
}

/** As `diff-tree --stdin` reads it: a commit, and what it is compared with in its parent's stead. */
function diffLine({ tip }: Side, base: string | null): [string] | [] {
  return base === null ? [] : [`${tip} ${base}`]
}

function diffsOf(git: Git, lines: readonly string[]): Map<string, ReturnType<typeof parseRawDiffs>[number]> {
  if (lines.length === 0) return new Map()
  const words = ['diff-tree', '--stdin', '--always', '-r', ...RAW_DIFF_OPTIONS]
  const diffs = parseRawDiffs(git.attempt(words, { input: lines.map((line) => `${line}\n`).join('') }).stdout)
  // one too few: git stopped at a commit that went meanwhile, and which answer is whose cannot be told
  return new Map(diffs.length === lines.length ? lines.map((line, index) => [line, diffs[index] ?? []]) : [])
}

function remembered<A extends unknown[], T>(keyOf: (...of: A) => string, make: (...of: A) => T): (...of: A) => T {
  const known = new Map<string, { readonly made: T }>()
  return (...of) => {
    const key = keyOf(...of)
    const entry = known.get(key) ?? { made: make(...of) }
    known.set(key, entry)
    return entry.made
  }
}
