import fc from 'fast-check'
import { expect, it } from 'vitest'
import { landMessage } from '../../scripts/policy/audit-messages.ts'
import type { Change } from '../../scripts/policy/changes.ts'
import {
  confirmed,
  type LandingCommit,
  recordedLandings,
  withoutLanded,
} from '../../scripts/policy/recorded-landings.ts'
import { aTask } from '../support/tasks.ts'

const [ONE, OTHER] = ['1'.repeat(40), '2'.repeat(40)]
const change = (path: string, oid = 'a'.repeat(40)): Change => ({
  path,
  oid,
  status: 'M',
  oldMode: '100644',
  newMode: '100644',
})
const commit = (more: Partial<LandingCommit> = {}): LandingCommit => ({
  oid: ONE,
  parent: OTHER,
  task: 'auth',
  allowed: ['lib/x.ts'],
  ...more,
})
const record = (more: { id?: string; commit?: string; allowed?: string[]; overridden?: string[] } = {}) =>
  landMessage(more.id ?? 'auth', more.commit ?? ONE, {
    allowed: more.allowed ?? ['lib/x.ts'],
    reason: 'agreed',
    overridden: more.overridden ?? [],
  })

/** What is left to judge of changes to these paths, where the landing brought `brought`. */
function left(commits: LandingCommit[], messages: string[], changes: Change[], brought = changes): string[] {
  const { landings } = confirmed(commits, recordedLandings(messages))
  const known = landings.map((one) => ({ ...one, brought }))
  const task = aTask({ id: 'auth' })
  return withoutLanded([{ task, source: task.branch, changes }], known).flatMap((one) =>
    one.changes.map(({ path }) => path),
  )
}

const STRAY = [change('lib/x.ts')]

it.each<[name: string, commits: LandingCommit[], messages: string[], left: string[]]>([
  ['trailer and record agree', [commit()], [record()], []],
  ['a trailer that anybody wrote', [commit()], [], ['lib/x.ts']],
  ['a record of another commit', [commit()], [record({ commit: OTHER })], ['lib/x.ts']],
  ['a record of another task', [commit()], [record({ id: 'pool' })], ['lib/x.ts']],
  ['a message that only mentions it', [commit()], [`new-task b: x\n\n${record()}`], ['lib/x.ts']],
  [
    'LANEKEEPER=0 let something else pass: what was named counts',
    [commit()],
    [record({ overridden: ['lib/y.ts'] })],
    [],
  ],
  [
    'LANEKEEPER=0 let it pass, and nobody named it',
    [commit({ allowed: [] })],
    [record({ allowed: [], overridden: ['lib/x.ts'] })],
    ['lib/x.ts'],
  ],
  [
    'a path that the trailer has and the record has not',
    [commit({ allowed: ['lib/x.ts'] })],
    [record({ allowed: ['lib/y.ts'], overridden: ['lib/x.ts'] })],
    ['lib/x.ts'],
  ],
])('%s', (_name, commits, messages, expected) => {
  expect(left(commits, messages, STRAY)).toEqual(expected)
})

it('what was changed after the landing, or never was in it, is judged', () => {
  const after = [change('lib/x.ts', 'b'.repeat(40)), change('lib/z.ts')]
  expect(left([commit()], [record()], after, STRAY)).toEqual(['lib/x.ts', 'lib/z.ts'])
  const mode = [{ ...change('lib/x.ts'), newMode: '100755' }]
  expect(left([commit()], [record()], mode, STRAY)).toEqual(['lib/x.ts'])
})

it('trailers without a record are told, landings without a named path are not', () => {
  const { landings, unknown } = confirmed([commit(), commit({ oid: OTHER, allowed: [] })], [])
  expect([landings, unknown.map(({ oid }) => oid)]).toEqual([[], [ONE]])
})

it('no trailer of whatever shape excuses anything without the record', () => {
  const allowed = fc.array(fc.constantFrom('lib/x.ts', '*', '**', 'lib', ''), { maxLength: 4 })
  const record = fc.record({ oid: fc.constantFrom(ONE, OTHER), parent: fc.constant(OTHER), task: fc.string(), allowed })
  fc.assert(fc.property(fc.array(record), (commits) => void expect(left(commits, [], STRAY)).toEqual(['lib/x.ts'])))
})
