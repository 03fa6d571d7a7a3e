/** What an agent is told at the start of a session and at its stop, and the worktrees it asks for. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { agentNote } from '../../scripts/system/agent-state.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { prepared } from '../support/prepared.ts'
import { createRepository, type Place } from '../support/repository.ts'
import { branchesOf, ledgerOf, settings, startTask, worktreesOf } from '../support/task-worktrees.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/agents')

function makeProject(place: Place) {
  const files = { ...settings(), 'src/auth/login.ts': 'a\n', 'src/pay/pay.ts': 'b\n', '.gitignore': '.env.local\n' }
  const project = createRepository(files, place)
  const auth = startTask(project, 'auth', { allow: ['src/auth'] })
  // after it: no hook saw that worktree
  project.lanekeeper(['install'])
  return { ...project, auth }
}

const copy = prepared(makeProject)

function project() {
  const repository = copy()
  const send = (event: string, payload: object | string, { agent = 'claude', cwd = repository.root, env = {} } = {}) =>
    repository.lanekeeper(['agent-hook', event, '--agent', agent], {
      cwd,
      env,
      input: typeof payload === 'string' ? payload : JSON.stringify(payload),
    })
  return { ...repository, send }
}

const SILENT = { status: 0, stdout: '', stderr: '' }

/** A payload as documented, sent from a directory of ours. */
function documented(name: string, changes: object): string {
  return JSON.stringify({ ...JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8')), ...changes })
}

describe('at the start of a session', () => {
  it('a worktree that no hook saw is provisioned, and the agent gets its facts and variables', () => {
    const { auth, dir, exists, read, send } = project()
    const variables = join(dir, 'claude-env')
    const { status, stdout, stderr } = send(
      'SessionStart',
      documented('claude-session-start', { cwd: join(auth, 'src') }),
      {
        env: { CLAUDE_ENV_FILE: variables },
      },
    )
    expect([status, stderr]).toEqual([0, ''])
    const { hookSpecificOutput } = JSON.parse(stdout)
    expect(hookSpecificOutput.hookEventName).toBe('SessionStart')
    expect(hookSpecificOutput.additionalContext).toContain('this is the worktree of task "auth"')
    const port = /PORT=(\d+) http:\/\/auth\.localhost:\1/.exec(hookSpecificOutput.additionalContext)?.[1]
    expect(read(variables)).toContain(`export PORT=${port}\n`)
    expect(exists(join(auth, 'TASK.md'))).toBe(true)
    const again = send('SessionStart', { cwd: auth })
    expect(again.stdout).toContain(`PORT=${port} `)
    expect(JSON.parse(send('sessionStart', { workspace_roots: [auth] }, { agent: 'cursor' }).stdout)).toMatchObject({
      env: { PORT: port },
      additional_context: expect.stringContaining('task \\"auth\\"'.replaceAll('\\', '')),
    })
  })

  it('nothing is said in the main worktree', () => {
    const { root, send } = project()
    expect(send('SessionStart', { cwd: root })).toEqual(SILENT)
  })
})

describe('at its stop', () => {
  const stop = (auth: string, active: boolean) => documented('claude-stop', { cwd: auth, stop_hook_active: active })

  it('an agent whose branch would not land goes back to work twice with the reasons, then may end', () => {
    const { auth, commit, send } = project()
    expect(send('Stop', stop(auth, false))).toEqual(SILENT)
    commit({ 'src/pay/pay.ts': 'mine\n' }, 'stray', { cwd: auth, env: { LANEKEEPER: '0' } })
    const first = send('Stop', stop(auth, false))
    expect([first.status, first.stderr]).toEqual([0, ''])
    const { decision, reason } = JSON.parse(first.stdout)
    expect([decision, reason]).toEqual([
      'block',
      expect.stringContaining('landing task/auth refused: 1 file outside the lane'),
    ])
    expect(reason).toContain('git restore --source=')
    expect(JSON.parse(send('Stop', stop(auth, true)).stdout)).toMatchObject({ decision: 'block' })
    expect(send('Stop', stop(auth, true))).toEqual(SILENT)
    // a person's next word begins anew
    expect(JSON.parse(send('Stop', stop(auth, false)).stdout)).toMatchObject({ decision: 'block' })
  })

  it('what lies in the work tree outside the lane counts too, and every agent is sent back in its own words', () => {
    const { auth, root, write, send } = project()
    write(join(auth, 'src/pay/new.ts'), 'x\n')
    const { stdout } = send('Stop', stop(auth, false))
    expect(JSON.parse(stdout).reason).toContain('\n  rm -- src/pay/new.ts\n')
    const cursor = send(
      'stop',
      { status: 'completed', loop_count: 0, workspace_roots: [auth] },
      { agent: 'cursor', cwd: auth },
    )
    expect(JSON.parse(cursor.stdout).followup_message).toContain('src/pay/new.ts')
    expect(send('stop', { status: 'completed', loop_count: 2 }, { agent: 'cursor', cwd: auth })).toEqual(SILENT)
    expect(send('stop', { status: 'aborted', loop_count: 0 }, { agent: 'cursor', cwd: auth })).toEqual(SILENT)
    const gemini = send('AfterAgent', { cwd: auth, stop_hook_active: false }, { agent: 'gemini' })
    expect(JSON.parse(gemini.stdout)).toMatchObject({ decision: 'deny' })
    expect(send('Stop', { cwd: root })).toEqual(SILENT)
  })

  it('a payload that is none never keeps an agent from stopping', () => {
    const { auth, send } = project()
    const { status, stdout } = send('Stop', 'not JSON', { cwd: auth })
    expect([status, stdout]).toEqual([1, ''])
  })
})

it('what an agent last said of itself is kept until it goes on', () => {
  const { auth, git, env, send, lanekeeper } = project()
  const { gitDir } = openRepository(auth, env)
  send('Notification', { cwd: auth, message: 'before any set-up' })
  expect(agentNote(gitDir)).toBeNull()
  send('SessionStart', { cwd: auth })
  send('Notification', { cwd: auth, message: 'Claude needs your permission to use Bash' })
  expect(agentNote(gitDir)).toMatchObject({ state: 'waiting', message: 'Claude needs your permission to use Bash' })
  expect(lanekeeper(['status']).stdout).toContain('waits for you')
  send('PreToolUse', { cwd: auth, tool_name: 'Bash', tool_input: { command: 'ls' } })
  expect(agentNote(gitDir)).toBeNull()
  send('Stop', { cwd: auth })
  expect(agentNote(gitDir)).toMatchObject({ state: 'done', message: '' })
  send('SessionEnd', { cwd: auth, reason: 'clear' })
  expect(agentNote(gitDir)).toMatchObject({ state: 'ended' })
  send('SessionStart', { cwd: auth })
  expect(agentNote(gitDir)).toBeNull()
  expect(git(['status', '--porcelain'], { cwd: auth })).toBe('')
})

describe('a worktree that an agent asks for', () => {
  const create = (name: string, cwd: string) => documented('claude-worktree-create', { name, cwd })

  it("of a task's name is that task's, provisioned", () => {
    const { auth, root, exists, send } = project()
    const { status, stdout } = send('WorktreeCreate', create('auth', root))
    expect([status, stdout]).toEqual([0, `${auth}\n`])
    expect(exists(join(auth, 'WORKTREE.md'))).toBe(true)
    expect(
      send('WorktreeRemove', documented('claude-worktree-remove', { cwd: root, worktree_path: auth })),
    ).toMatchObject({
      status: 0,
      stdout: '',
      stderr: expect.stringContaining('npx lanekeeper remove auth'),
    })
    expect(existsSync(auth)).toBe(true)
  })

  it('of any other name is a plain one at the base, made once, and taken away with its branch and ports', () => {
    const repository = project()
    const { root, dir, send } = repository
    const { status, stdout } = send('WorktreeCreate', create('bold oak/a3f2', root))
    const path = join(dir, 'project.worktrees', 'bold-oak-a3f2')
    expect([status, stdout]).toEqual([0, `${path}\n`])
    expect(branchesOf(repository)).toContain('worktree-bold-oak-a3f2')
    expect(ledgerOf(repository).find((record) => record.path === path)?.ports).not.toBeNull()
    expect(send('WorktreeCreate', create('bold oak/a3f2', root)).stdout).toBe(`${path}\n`)
    const removed = send('WorktreeRemove', documented('claude-worktree-remove', { cwd: path, worktree_path: path }))
    expect(removed.status).toBe(0)
    expect(worktreesOf(repository)).not.toContain(path)
    expect(branchesOf(repository)).not.toContain('worktree-bold-oak-a3f2')
  })

  it('of a subagent starts where its parent stands, and work in it is not lost', () => {
    const { auth, commit, git, send } = project()
    const tip = commit({ 'src/auth/login.ts': 'new\n' }, 'work', { cwd: auth })
    const path = send('WorktreeCreate', create('agent-a1', auth)).stdout.trim()
    expect(git(['rev-parse', 'HEAD'], { cwd: path })).toBe(tip)
    const { status, stderr } = send('WorktreeRemove', { cwd: auth, worktree_path: path })
    expect([status, stderr]).toEqual([1, expect.stringContaining('lanekeeper: ')])
    expect(existsSync(path)).toBe(true)
  })

  it('without a name is refused: no path is better than a wrong one', () => {
    const { root, send } = project()
    expect(send('WorktreeCreate', { cwd: root })).toMatchObject({ status: 1, stdout: '' })
  })
})
