import { describe, expect, it } from 'vitest'
import { ageOf, statusNotes, statusRows, type WorktreeStatus } from '../../scripts/policy/worktree-status.ts'

const NOW = new Date('2026-01-02T00:00:00Z')
const PLAIN: WorktreeStatus = {
  path: '/w/one',
  branch: 'task/one',
  rebasing: null,
  task: 'one',
  state: 'ready',
  ports: { PORT: 20010 },
  databases: {},
  ahead: 2,
  behind: 1,
  dirty: false,
  verdict: 'pass',
  lease: null,
  handoffs: 0,
  head: 'a'.repeat(40),
  changes: 0,
  lastCommit: { subject: 'Add it', committedAt: '2026-01-01T21:00:00Z' },
  listeners: [],
  agent: null,
  agentSays: null,
  locked: null,
  movedFrom: null,
  problems: [],
}
const cells = (changes: Partial<WorktreeStatus>) => statusRows([{ ...PLAIN, ...changes }], NOW)[1]

it.each([
  ['2026-01-01T23:59:30Z', '30s'],
  ['2026-01-01T23:15:00Z', '45m'],
  ['2026-01-01T00:01:00Z', '23h'],
  ['2025-12-03T00:00:00Z', '30d'],
  ['2026-01-05T00:00:00Z', '0s'],
])('%s is %s ago', (since, age) => expect(ageOf(since, NOW)).toBe(age))

describe('the table', () => {
  it('says what there is, and leaves out the columns that say nothing', () =>
    expect(statusRows([PLAIN], NOW)).toEqual([
      ['TASK', 'BRANCH', 'STATE', 'BASE', 'CHANGES', 'SCOPE', 'PORTS', 'LAST COMMIT', 'WORKTREE'],
      ['one', 'task/one', 'ready', '+2 -1', 'clean', 'pass', '20010', '3h Add it', '/w/one'],
    ]))

  it.each<[Partial<WorktreeStatus>, string]>([
    [{ branch: null }, '(aaaaaaaa)'],
    [{ branch: null, rebasing: 'task/one' }, 'task/one, rebasing'],
    [{ locked: '' }, 'ready, locked'],
    [{ ahead: 0, behind: 0 }, '='],
    [{ changes: 3, dirty: true }, '3'],
    [{ changes: null, dirty: null }, '?'],
    [{ agent: { window: '@1', session: 's', alive: true } }, 'running'],
    [{ agent: { window: '@1', session: 's', alive: false } }, 'ended'],
    [{ agentSays: { state: 'waiting', message: 'may I', at: '' } }, 'waits for you'],
    [{ agent: { window: '@1', session: 's', alive: true }, agentSays: { state: 'done', message: '', at: '' } }, 'done'],
    [
      { agent: { window: '@1', session: 's', alive: false }, agentSays: { state: 'done', message: '', at: '' } },
      'ended',
    ],
    [{ lease: { database: 'dev', kind: 'free' } }, 'dev lease free'],
    [{ databases: { dev: { provider: 'sqlite', url: 'file:dev.db' } } }, 'dev'],
    [
      { listeners: [{ service: 'PORT', port: 20010, pid: 7, program: 'node', cwd: null, foreignWorktree: null }] },
      '20010 node 7',
    ],
    [{ lastCommit: { subject: '\u001b[31mred\nline', committedAt: NOW.toISOString() } }, '"0s \\u001b[31mred\\nline"'],
  ])('%j shows as %s', (changes, cell) => expect(cells(changes)).toContain(cell))

  it('names a server that runs out of another worktree, a failed set-up, a missing directory, a lane left', () =>
    expect(
      statusNotes([
        {
          ...PLAIN,
          listeners: [
            { service: 'PORT', port: 20010, pid: 7, program: 'node', cwd: '/w/two', foreignWorktree: '/w/two' },
          ],
        },
        { ...PLAIN, path: '/w/two', state: 'failed', problems: ['disk full\nnpm error a\nnpm error b'] },
        { ...PLAIN, path: '/w/three', state: 'missing' },
        { ...PLAIN, verdict: 'refuse' },
      ]),
    ).toEqual([
      '▲ port 20010 of /w/one is served out of /w/two',
      '✗ /w/two: the set-up failed: disk full\n  ↳ npx lanekeeper setup /w/two --wait',
      '▲ /w/three is gone; sweep what it left: npx lanekeeper gc\n  ↳ moved by hand? in its new place: git worktree repair',
      '▲ task one is outside its lane: npx lanekeeper review one',
    ]))
})
