import { describe, expect, it } from 'vitest'
import {
  editMessage,
  handoffDoneMessage,
  handoffMessage,
  landMessage,
  landTrailers,
  overlapNote,
  widenMessage,
} from '../../scripts/policy/audit-messages.ts'
import { type AuditEvent, auditRows, auditTrail, eventsOf, eventsOfTrailers } from '../../scripts/policy/audit-trail.ts'
import { aTask } from '../support/tasks.ts'

const OID = 'a'.repeat(40)
const commit = { oid: 'b'.repeat(40), when: '2026-01-01T10:00:00+02:00', who: 'Test <test@example.com>' }
const overlap = overlapNote([{ id: 'b', files: 'src/x.ts, src/y.ts' }], 'one rewrite')
const none = { allowed: [], reason: '', overridden: [] }

describe('what is written is read again', () => {
  const cases: [string, string, Partial<AuditEvent>[]][] = [
    ['a new task', 'new-task a: Do it', []],
    [
      'a new task that overlaps',
      `new-task a: Do it${overlap}`,
      [{ kind: 'overlap', task: 'a', other: 'b', paths: ['src/x.ts', 'src/y.ts'], reason: 'one rewrite' }],
    ],
    [
      'a widening',
      widenMessage('a', ['src/x', 'lib'], 'more\nroom', ''),
      [{ kind: 'widen', task: 'a', paths: ['src/x', 'lib'], reason: 'more room' }],
    ],
    [
      'a widening that overlaps',
      widenMessage('a', ['src'], 'one rewrite', overlap),
      [{ kind: 'widen' }, { kind: 'overlap', other: 'b' }],
    ],
    [
      'an edit that widens',
      editMessage(aTask({ id: 'a', deny: ['src/a/old'] }), aTask({ id: 'a', allow: ['src/a', 'lib'] }), 'room', ''),
      [{ kind: 'edit', task: 'a', paths: ['lib', 'src/a/old'], reason: 'room' }],
    ],
    ['an edit that does not', editMessage(aTask({ id: 'a' }), aTask({ id: 'a', title: 'Other' }), '', ''), []],
    ['a landing', landMessage('a', OID, none), []],
    [
      'a landing past the gate',
      landMessage('a', OID, { ...none, overridden: ['lib/x', 'lib/y'] }),
      [{ kind: 'override', task: 'a', paths: ['lib/x', 'lib/y'], commit: OID }],
    ],
    [
      'a landing with named paths',
      landMessage('a', OID, { ...none, allowed: ['lib/x, y', 'lib/z'], reason: 'agreed' }),
      [{ kind: 'allow', task: 'a', paths: ['lib/x, y', 'lib/z'], reason: 'agreed', commit: OID }],
    ],
    [
      'a landing without proof',
      landMessage('a', OID, { ...none, unproved: ['dev', 'app'] }),
      [{ kind: 'override', task: 'a', reason: 'migrations not proved: dev, app' }],
    ],
    [
      'a note',
      handoffMessage('a', 'b', ['src/x'], 'please\n\nsoon'),
      [{ kind: 'handoff', task: 'b', other: 'a', paths: ['src/x'], reason: 'please\n\nsoon' }],
    ],
    [
      'a note that is done',
      handoffDoneMessage('b', 2, 'a'),
      [{ kind: 'handoff-done', task: 'b', other: 'a', reason: 'note 2' }],
    ],
    [
      'an acceptance',
      `accept main ${OID}\n\nhot fix\n\nmain moved without the gate's verdict.\n  commit 1234567890 Test: x\n  lib/a.ts  scope: not in allow (src)`,
      [{ kind: 'accept', task: null, reason: 'hot fix', commit: OID, paths: ['lib/a.ts'] }],
    ],
    ['an end', 'close a\n\nReason: over', []],
  ]
  it.each(cases)('%s', (_, message, events) => {
    const found = eventsOf({ ...commit, message })
    expect(found).toMatchObject(events)
    expect(found).toHaveLength(events.length)
    for (const { when, who } of found) expect([when, who]).toEqual([commit.when, commit.who])
  })

  it('a path with a line break stays on its line', () => {
    const message = landMessage('a', OID, { ...none, allowed: ['a\nReason: forged'], reason: 'true' })
    expect(eventsOf({ ...commit, message })).toMatchObject([{ paths: ['"a\\nReason: forged"'], reason: 'true' }])
    expect(landTrailers('a', { ...none, allowed: ['a\nb'], reason: 'x\ny' })).toBe(
      'Lanekeeper-Task: a\nLanekeeper-Allowed: "a\\nb"\nLanekeeper-Reason: x y',
    )
  })
})

it('tells of a landing once, newest first', () => {
  const [landed] = eventsOf({ ...commit, message: landMessage('a', OID, { ...none, allowed: ['x'], reason: 'r' }) })
  const older = eventsOf({ ...commit, when: '2025-01-01T00:00:00Z', message: widenMessage('a', ['x'], 'r', '') })
  const trailers = (oid: string) =>
    eventsOfTrailers({ ...commit, oid, when: '2026-02-01T00:00:00Z' }, { task: 'a', allowed: ['x'], reason: 'r' })
  const trail = auditTrail([...older, ...(landed ? [landed] : [])], [...trailers(OID), ...trailers('c')])
  expect(trail.map(({ kind, commit: of }) => [kind, of])).toEqual([
    ['allow', 'c'],
    ['allow', OID],
    ['widen', null],
  ])
  expect(auditRows(trail)[0]).toEqual(['WHEN', 'WHAT', 'TASK', 'OTHER', 'PATHS', 'WHO', 'WHY'])
  expect(eventsOfTrailers(commit, { task: 'a', allowed: [], reason: '' })).toEqual([])
})
