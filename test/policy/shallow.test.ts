import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Graph } from '../../scripts/policy/distance.ts'
import {
  depthAt,
  depthNeeded,
  type History,
  missingParents,
  parseHistory,
  type Question,
  stepDepth,
} from '../../scripts/policy/shallow.ts'

/** `c:b,b:a,a` → c's parent is b, b's is a; the first is the newest. `!` marks a commit that is cut off. */
function history(text: string): History {
  const words = text.split(',').map((one, index) => {
    const [commit = '', parents = ''] = one.replace('!', '').split(':')
    return { line: `${1000 - index} ${commit} ${parents}`.trim(), commit, isCut: one.includes('!') }
  })
  const shallow = words.filter(({ isCut }) => isCut).map(({ commit }) => commit)
  return parseHistory(words.map(({ line }) => line).join('\n'), new Set(shallow))
}

const ask = (about: Question['about'], base = 'b', head = 'h'): Question => ({ base, head, about })

describe('what is missing', () => {
  const cases: [name: string, history: string, about: Question['about'], missing: string[]][] = [
    ['nothing in a whole clone', 'h:a,b:a,a', 'diff', []],
    ['the parents of both tips of a clone of depth 1', 'h!,b!', 'diff', ['h', 'b']],
    ['nothing where both are one side’s and meet', 'h:a,b:a,a!', 'diff', []],
    ['nothing for the diff of a merge with the base', 'h:b x,x!,b!', 'diff', []],
    ['the merged side for its commits', 'h:b x,x!,b!', 'commits', ['x']],
    ['also the base’s own, where a commit as old may be behind it', 'h:b x,b!,x!', 'commits', ['b', 'x']],
    ['not what is older than all that one side has', 'h:a,b:a,a:z,z!', 'commits', []],
    ['but what is younger', 'b:c p,c!,h:x,x:p,p', 'commits', ['c']],
  ]
  it.each(cases)('%s', (_name, text, about, missing) =>
    expect(missingParents(history(text), ask(about))).toEqual(missing),
  )
})

describe('the depth', () => {
  const cases: [name: string, history: string, about: Question['about'], depth: number][] = [
    ['one commit on the base', 'h:b,b:a,a', 'diff', 2],
    ['three commits beside the base', 'h:y,y:x,x:a,b:a,a:z,z', 'diff', 4],
    ['a base that went on further', 'h:a,b:c,c:d,d:a,a:z,z', 'diff', 4],
    ['the merge that a request makes, as a whole', 'h:b x,b:a,x:y,y:a,a:z,z', 'diff', 2],
    ['and its commits', 'h:b x,b:a,x:y,y:a,a:z,z', 'commits', 4],
  ]
  it.each(cases)('needed: %s', (_name, text, about, depth) =>
    expect(depthNeeded(history(text), ask(about))).toBe(depth),
  )

  it('of a clone is its levels at a tip', () => {
    expect(depthAt(history('h:y b,y:x,x:a,b:a,a!'), ['h'])).toBe(3)
    expect(depthAt(history('h!'), ['h'])).toBe(1)
  })
})

describe('the steps', () => {
  it('double, and end with the rest', () => {
    const steps = Array.from({ length: 11 }, (_, step) => stepDepth(step))
    expect(steps.slice(0, 4)).toEqual([4, 8, 16, 32])
    expect(steps.at(-1)).toBeNull()
  })

  it('never go more than twice as deep as was needed, but for the first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), (needed) => {
        let [deep, step] = [0, 0]
        for (; deep < needed; step++) deep += stepDepth(step) ?? Number.POSITIVE_INFINITY
        expect(deep).toBeLessThanOrEqual(Math.max(4, 2 * needed + 4))
      }),
    )
  })
})

/** Commits 0 … n, each with up to two older parents: any history with honest dates. */
const anyHistory = fc
  .array(fc.array(fc.nat(), { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 30 })
  .map((rows): Graph => {
    const parentsOf = (row: number[], index: number) =>
      index === 0 ? [] : [...new Set(row.map((back) => String(index - 1 - (back % Math.min(index, 4)))))]
    return new Map(rows.map((row, index) => [String(index), parentsOf(row, index)]))
  })

function reach(from: string, graph: Graph): Set<string> {
  const seen = new Set<string>()
  const visit = (commit: string): void => {
    if (seen.has(commit)) return
    seen.add(commit)
    for (const parent of graph.get(commit) ?? []) visit(parent)
  }
  visit(from)
  return seen
}

function mergeBases({ base, head }: Question, graph: Graph): string[] {
  const ofHead = reach(head, graph)
  const common = [...reach(base, graph)].filter((commit) => ofHead.has(commit))
  return common.filter((one) => !common.some((other) => other !== one && reach(other, graph).has(one))).sort()
}

/** What a clone shows that holds these commits of a history, and has all parents of `open`. */
function shown(whole: Graph, here: ReadonlySet<string>, open: ReadonlySet<string>): History {
  const cut = new Set([...here].filter((commit) => !open.has(commit) && (whole.get(commit) ?? []).length > 0))
  const parents = new Map([...here].map((commit) => [commit, cut.has(commit) ? [] : (whole.get(commit) ?? [])]))
  return { parents, cut, dates: new Map([...here].map((commit) => [commit, Number(commit)])) }
}

it('when nothing is missing, the clone’s answer is the whole history’s', () => {
  const about = fc.constantFrom<Question['about']>('diff', 'commits')
  fc.assert(
    fc.property(anyHistory, fc.nat(), fc.nat(), about, (whole, one, other, about) => {
      const question = { base: String(one % whole.size), head: String(other % whole.size), about }
      const [here, open] = [new Set([question.base, question.head]), new Set<string>()]
      let known = shown(whole, here, open)
      for (let missing = missingParents(known, question); missing.length > 0; ) {
        for (const commit of missing) {
          open.add(commit)
          for (const parent of whole.get(commit) ?? []) here.add(parent)
        }
        known = shown(whole, here, open)
        missing = missingParents(known, question)
      }
      const brought = (graph: Graph) => {
        const ofBase = reach(question.base, graph)
        return [...reach(question.head, graph)].filter((commit) => !ofBase.has(commit)).sort()
      }
      // what is common but for a cut may look like two bases: then git is asked for the merge itself
      expect(mergeBases(question, known.parents)).toEqual(expect.arrayContaining(mergeBases(question, whole)))
      if (about === 'commits') expect(brought(known.parents)).toEqual(brought(whole))
      const depth = depthNeeded(known, question)
      expect(depth).toBeLessThanOrEqual(whole.size)
    }),
    { numRuns: 500 },
  )
})
