/** The guard at edit time, by the payloads that the agents document, on real worktrees. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { prepared } from '../support/prepared.ts'
import { CLI, createRepository, type Place } from '../support/repository.ts'
import { settings, startTask } from '../support/task-worktrees.ts'
import { migrationsOf } from '../support/tasks.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/agents')

function makeProject(place: Place) {
  const project = createRepository(
    {
      ...settings({ migrations: [migrationsOf('dev', ['db/migrations'])] }),
      '.gitignore': '/tmp\n',
      'src/auth/login.ts': 'a\n',
      'src/pay/pay.ts': 'b\n',
      'src/auth/old/x.ts': 'c\n',
      'db/migrations/0001_start.sql': 'create table a (b int);\n',
    },
    place,
  )
  const auth = startTask(project, 'auth', { allow: ['src/auth', 'docs'], deny: ['src/auth/old'] })
  const pay = startTask(project, 'pay', { allow: ['src/pay'], migrations: 'dev' })
  project.git(['worktree', 'add', '-q', '--no-track', '-b', 'mine', project.path('worktrees', 'mine')])
  mkdirSync(project.path('scratch'))
  return { ...project, auth, pay, mine: project.path('worktrees', 'mine') }
}

const copy = prepared(makeProject)

/** The project, and a way to send an agent's payload to the guard. */
function project() {
  const repository = copy()
  const env = { TMPDIR: repository.path('scratch') }
  const send = (
    payload: object | string,
    { agent = 'claude', event = 'PreToolUse', cwd = repository.root, more = {} } = {},
  ) =>
    repository.lanekeeper(['agent-hook', event, '--agent', agent], {
      cwd,
      env: { ...env, ...more },
      input: typeof payload === 'string' ? payload : JSON.stringify(payload),
    })
  const write = (cwd: string, path: string, tool = 'Write') =>
    send({ hook_event_name: 'PreToolUse', cwd, tool_name: tool, tool_input: { file_path: path, content: '' } })
  const run = (cwd: string, command: string, more = {}) =>
    send({ hook_event_name: 'PreToolUse', cwd, tool_name: 'Bash', tool_input: { command } }, { more })
  return { ...repository, send, write, run }
}

const SILENT = { status: 0, stdout: '', stderr: '' }

describe('a write', () => {
  it('inside the lane passes without a word, there or not, from any directory of the worktree', () => {
    const { auth, write } = project()
    expect(write(auth, join(auth, 'src/auth/login.ts'), 'Edit')).toEqual(SILENT)
    expect(write(auth, join(auth, 'src/auth/new/deep/x.ts'))).toEqual(SILENT)
    expect(write(join(auth, 'src'), 'auth/x.ts')).toEqual(SILENT)
  })

  it('outside the lane is refused as the gate would, with what an agent may do first', () => {
    const { auth, write } = project()
    const { status, stdout, stderr } = write(auth, join(auth, 'src/pay/pay.ts'), 'Edit')
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toBe(
      [
        '✗ lanekeeper: Edit src/pay/pay.ts refused: 1 file outside the lane of task "auth" (1 checked, base main)',
        '',
        '  M  src/pay/pay.ts',
        '     scope: not in allow (src/auth, docs)',
        '     owner: task "pay" (task/pay)',
        '',
        'An agent: leave it, finish what lies inside the lane, and say in your answer what is needed there.',
        '  and leave a note for the task that owns it:',
        '  npx lanekeeper task handoff pay --file src/pay/pay.ts --note "…"',
        'A person may instead',
        '  widen the lane: npx lanekeeper task widen auth src/pay/pay.ts --reason "…"',
        'The lane is read from refs/lanekeeper/tasks; TASK.md in the worktree is only a copy.',
        '',
      ].join('\n'),
    )
  })

  it('under deny or protected, of somebody else’s migration, or of git’s own files is refused by its rule', () => {
    const { auth, write } = project()
    for (const [path = '', why = ''] of [
      ['src/auth/old/x.ts', 'deny: denied to this task ("src/auth/old")'],
      ['lanekeeper.json', 'protected for every task'],
      ['Agents.md', 'protected for every task'],
      // ignored by git, and protected all the same
      ['.env.local', 'protected for every task'],
      ['db/migrations/0002_x.sql', 'migration-owner: a migration'],
      ['.git', 'scope: not in allow'],
    ]) {
      const { status, stderr } = write(auth, join(auth, path))
      expect([path, status, stderr]).toEqual([path, 2, expect.stringContaining(why)])
    }
  })

  it('of a file that git ignores passes: it reaches no base', () => {
    const { auth, write } = project()
    expect(write(auth, join(auth, 'tmp/notes.md'))).toEqual(SILENT)
  })

  it("in the main worktree or another task's is refused, and the own path is named", () => {
    const { auth, pay, root, write } = project()
    const main = write(auth, join(root, 'src/auth/login.ts'))
    expect([main.status, main.stderr]).toEqual([2, expect.stringContaining('it is in the main worktree')])
    expect(main.stderr).toContain(`this task's own is ${join(auth, 'src/auth/login.ts')}`)
    const other = write(auth, join(pay, 'src/pay/pay.ts'))
    expect([other.status, other.stderr]).toEqual([2, expect.stringContaining("it is in another task's worktree")])
    const climbing = write(auth, join(auth, 'src/../../pay/x.ts'))
    expect([climbing.status, climbing.stderr]).toEqual([2, expect.stringContaining(join(pay, 'x.ts'))])
  })

  it('through a link is judged by where it ends, there or not', () => {
    const { auth, root, dir, write } = project()
    symlinkSync(join(root, 'src'), join(auth, 'src/auth/away'))
    symlinkSync(join(dir, 'nothing/there.txt'), join(auth, 'src/auth/dangling'))
    symlinkSync('../pay', join(auth, 'src/auth/within'))
    expect(write(auth, join(auth, 'src/auth/away/x.ts')).stderr).toContain('it is in the main worktree')
    expect(write(auth, join(auth, 'src/auth/dangling')).stderr).toContain('it is outside every worktree')
    expect(write(auth, join(auth, 'src/auth/within/pay.ts')).stderr).toContain('src/pay/pay.ts')
  })

  it('of a scratch file or of the agent’s own notes passes, any other place outside is refused', () => {
    const { auth, dir, write } = project()
    expect(write(auth, join(dir, 'scratch/x.txt'))).toEqual(SILENT)
    expect(write(auth, join(dir, 'home/.claude/plans/plan.md'))).toEqual(SILENT)
    expect(write(auth, join(dir, 'home/.bashrc')).stderr).toContain('it is outside every worktree')
  })

  it('of the own migrations needs the lease, and never changes what is on the base', () => {
    const repository = project()
    const { pay, write } = repository
    const free = write(pay, join(pay, 'db/migrations/0002_x.sql'))
    expect([free.status, free.stderr]).toEqual([2, expect.stringContaining('nobody holds the lease')])
    expect(free.stderr).toContain('npx lanekeeper migration claim dev')
    expect(repository.lanekeeper(['migration', 'claim', 'dev'], { cwd: pay }).status).toBe(0)
    expect(write(pay, join(pay, 'db/migrations/0002_x.sql'))).toEqual(SILENT)
    const known = write(pay, join(pay, 'db/migrations/0001_start.sql'))
    expect([known.status, known.stderr]).toEqual([2, expect.stringContaining('migration-immutable')])
  })
})

describe('nothing is said', () => {
  it('in the main worktree, in one without a task, and outside any repository', () => {
    const { auth, root, mine, dir, write, run } = project()
    expect(write(root, join(root, 'lanekeeper.json'))).toEqual(SILENT)
    expect(write(mine, join(root, 'lanekeeper.json'))).toEqual(SILENT)
    expect(run(mine, 'git stash')).toEqual(SILENT)
    // a subagent's own worktree, while its parent's session began in a task's
    expect(run(mine, 'git commit -am x', { CLAUDE_PROJECT_DIR: auth })).toEqual(SILENT)
    expect(write(join(dir, 'home'), join(root, 'x'))).toEqual(SILENT)
  })

  it('with LANEKEEPER=0, and of tools that change nothing', () => {
    const { auth, root, run, send } = project()
    expect(run(auth, 'git stash', { LANEKEEPER: '0' })).toEqual(SILENT)
    expect(send({ cwd: auth, tool_name: 'Read', tool_input: { file_path: join(root, 'x') } })).toEqual(SILENT)
  })
})

describe('a shell command', () => {
  it('that would take the common stash, move the base or go round the hooks is refused with the way on', () => {
    const { auth, run } = project()
    expect(run(auth, 'git checkout mine').stderr).toContain("is on its task's branch task/auth")
    expect(run(auth, 'git checkout src')).toEqual(SILENT)
    const { status, stderr } = run(auth, 'npm test && git stash; git push origin HEAD:main; git commit -anm x')
    expect(status).toBe(2)
    expect(stderr).toMatch(/^✗ lanekeeper: 3 commands refused in the worktree of task "auth"\n/)
    for (const line of [
      '  git stash\n',
      '  git push origin HEAD:main\n',
      '  git commit -anm x\n',
      '→ git commit -am "wip"',
    ])
      expect(stderr).toContain(line)
  })

  it('is judged by where it goes: another worktree is not this task’s, another repository is no business of ours', () => {
    const { auth, root, pay, dir, git, run } = project()
    git(['init', '-q', join(dir, 'scratch/other')])
    expect(run(auth, `cd ${dir}/scratch/other && git stash && git checkout -b x`)).toEqual(SILENT)
    expect(run(auth, `cd ${root} && git commit -am x`).stderr).toContain("another worktree than this task's")
    expect(run(auth, `git -C ${pay} reset --hard`).stderr).toContain("another worktree than this task's")
    expect(run(auth, 'rm -rf ../pay/src').stderr).toContain("another worktree than this task's")
    expect(run(auth, `git -C ${root} log; rm -rf src dist ${dir}/scratch/x`)).toEqual(SILENT)
    expect(run(auth, 'git commit -am x && git push')).toEqual(SILENT)
  })

  it('of an agent that went to the main worktree is still its task’s', () => {
    const { auth, root, run } = project()
    expect(run(root, 'git commit -am x')).toEqual(SILENT)
    const { status, stderr } = run(root, 'git commit -am x', { CLAUDE_PROJECT_DIR: auth })
    expect([status, stderr]).toEqual([2, expect.stringContaining("another worktree than this task's")])
  })
})

describe('a guard that cannot decide', () => {
  it('refuses what is no JSON object with one line', () => {
    const { auth, send } = project()
    for (const text of ['', 'not JSON', '[]', '{"cwd":']) {
      const { status, stdout, stderr } = send(text, { cwd: auth })
      expect([status, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/^✗ lanekeeper: the guard cannot decide, so it refuses: stdin holds no JSON object .*\n$/)
    }
  })

  it('refuses where the policy is broken', () => {
    const { auth, root, commit, write } = project()
    commit({ 'lanekeeper.json': '{ broken' }, 'break it', { cwd: root })
    const { status, stderr } = write(auth, join(auth, 'src/auth/x.ts'))
    expect([status, stderr]).toEqual([2, expect.stringContaining('the guard cannot decide')])
    expect(write(root, join(root, 'src/x.ts'))).toEqual(SILENT)
  })
})

/** A documented payload, sent from a task's worktree instead of the example's directory. */
function documented(name: string, from: string, to: string): string {
  return readFileSync(join(FIXTURES, `${name}.json`), 'utf8').replaceAll(from, to)
}

describe('every agent is answered in its own format', () => {
  it('when it writes outside the lane', () => {
    const { auth, send } = project()
    const answer = (name: string, agent: string, event: string, from = '/project') =>
      send(documented(name, from, auth), { agent, event })
    const codex = answer('codex-pre-tool-use-patch', 'codex', 'PreToolUse')
    expect(codex).toMatchObject({ status: 2, stdout: '' })
    for (const path of ['A  docs', 'A  src/app.py', 'A  src/main.py', 'A  src/gone.py'])
      expect(codex.stderr.includes(path)).toBe(!path.includes('docs'))
    for (const [name, agent, event, from, document] of [
      ['cursor-pre-tool-use-write', 'cursor', 'preToolUse', '/project', { permission: 'deny' }],
      ['copilot-pre-tool-use-edit', 'copilot', 'preToolUse', '/path/to/project', { permissionDecision: 'deny' }],
      ['gemini-before-tool-write', 'gemini', 'BeforeTool', '/project', { decision: 'deny' }],
    ] as const) {
      const { status, stdout, stderr } = answer(name, agent, event, from)
      expect([status, stderr]).toEqual([0, ''])
      expect(stdout).toContain('src/main.ts refused')
      expect(JSON.parse(stdout)).toMatchObject(document)
    }
  })

  it('with nothing when it runs what it may', () => {
    const { auth, send } = project()
    for (const [name, agent, event, from] of [
      ['codex-pre-tool-use-bash', 'codex', 'PreToolUse', '/project'],
      ['cursor-pre-tool-use-shell', 'cursor', 'preToolUse', '/project'],
      ['cursor-before-shell-execution', 'cursor', 'beforeShellExecution', '/path/to/project'],
      ['copilot-pre-tool-use-bash', 'copilot', 'preToolUse', '/path/to/project'],
      ['gemini-before-tool-shell', 'gemini', 'BeforeTool', '/project'],
    ] as const)
      expect(send(documented(name, from, auth), { agent, event })).toEqual(SILENT)
  })
})

it('the payload ends where its JSON ends: an agent may leave the pipe open', async () => {
  const { auth, env } = project()
  const child = spawn(process.execPath, [CLI, 'agent-hook', 'PreToolUse'], {
    cwd: auth,
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.stdin.write(JSON.stringify({ cwd: auth, tool_name: 'Bash', tool_input: { command: 'git stash' } }))
  expect(await once(child, 'close')).toEqual([2, null])
})

it('an agent or an event that there is not is a usage error, with those that there are', () => {
  const { send } = project()
  expect(send({}, { agent: 'nobody' })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('Known: claude, codex'),
  })
  expect(send({}, { event: 'Nothing' })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('Known: PreToolUse'),
  })
})
