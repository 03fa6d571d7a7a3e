import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import {
  exportLines,
  type SessionFacts,
  type StopCount,
  sessionText,
  timesSentBack,
} from '../../../scripts/policy/agent-hooks/session-facts.ts'
import { aTask } from '../../support/tasks.ts'

const facts: SessionFacts = {
  path: '/w/auth',
  branch: 'task/auth',
  base: 'main',
  task: aTask({ id: 'auth', title: 'Sign in', allow: ['src/auth'], deny: ['src/auth/old'], migrations: 'dev' }),
  ports: { PORT: 20010 },
  urls: { PORT: 'http://auth.localhost:20010' },
  databases: { dev: { provider: 'sqlite', url: 'file:dev.db' } },
  state: 'ready',
  problems: [],
}

it('an agent is told its lane, its ports and its database in a few lines', () => {
  expect(sessionText(facts)).toBe(
    [
      'Lanekeeper: this is the worktree of task "auth" (Sign in): /w/auth, branch task/auth, base main.',
      'Read TASK.md (the brief) and WORKTREE.md (ports, database, rules) first.',
      'You may change: src/auth; the migrations of dev; not src/auth/old. Anything else is refused.',
      'Commit on this branch only: no git stash, no move of the base, no --no-verify, no worktree commands.',
      'PORT=20010 http://auth.localhost:20010',
      'Database dev (sqlite): file:dev.db',
      'Start servers with: git lanekeeper run -- <command>',
      'Before you say you are done: git lanekeeper check',
    ].join('\n'),
  )
})

it('a set-up that is not done never looks like one that is', () => {
  expect(sessionText({ ...facts, state: 'pending' })).toContain('still at work in the background')
  const failed = { ...facts, state: 'failed' as const, problems: [{ step: 'ports', message: 'none free' }] }
  expect(sessionText(failed)).toMatch(/NOT ready \(ports\): none free\nThe set-up failed\..*setup \/w\/auth --wait$/)
})

it('a worktree without a task has no scope, and says so', () => {
  const text = sessionText({ ...facts, task: null })
  expect(text).toMatch(
    /^Lanekeeper: this is the worktree \/w\/auth, branch task\/auth\. It has no task, so no scope\.\n/,
  )
  expect(text).not.toContain('git lanekeeper check')
})

it('variables arrive in a shell as they are, whatever they hold', () => {
  const value = `it's "$HOME" \`x\`; a\nb`
  const script = `${exportLines({ A_1: value, '1 bad; name': 'x' })}printf %s "$A_1"`
  expect(spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout).toBe(value)
})

describe('how often a stop was sent back', () => {
  it.each<[string, StopCount | null, boolean | null, number | null, number]>([
    ['never', null, null, null, 0],
    ['in this session', { session: 's', count: 2 }, null, null, 2],
    ['going on because of us', { session: 's', count: 1 }, true, null, 1],
    ['a new turn', { session: 's', count: 2 }, false, null, 0],
    ['another session', { session: 'old', count: 2 }, true, null, 0],
    ["by the agent's own count", { session: 's', count: 2 }, null, 0, 0],
  ])('%s', (_, known, isGoingOn, loops, times) => {
    expect(timesSentBack(known, 's', isGoingOn, loops)).toBe(times)
  })
})
