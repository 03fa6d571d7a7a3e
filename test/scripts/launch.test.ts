import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Task } from '../../scripts/policy/task.ts'
import { CLI, createRepository, type TestRepository } from '../support/repository.ts'
import { addTask, markProvisioned, portBlock } from '../support/tasks.ts'

const hasTmux = spawnSync('tmux', ['-V']).status === 0
if (!hasTmux) process.stderr.write('launch.test.ts: no tmux on PATH, its stories are skipped\n')

/** A program that writes down how it was started and then stays, as an agent does. */
const AGENT = `#!/bin/sh
{ pwd; env; } > "$OUT/env-$LANEKEEPER_TASK"
for word; do printf '%s\\0' "$word"; done > "$OUT/part-$LANEKEEPER_TASK"
echo once >> "$OUT/starts-$LANEKEEPER_TASK"
mv "$OUT/part-$LANEKEEPER_TASK" "$OUT/argv-$LANEKEEPER_TASK"
exec sleep 60
`
const ODD_TITLE = `it's "odd" $(touch pwned) ; touch pwned & \`touch pwned\` #(touch pwned);`

let sockets = 0

/** A repository with a fake agent `fake` in its settings, and a tmux server of its own that dies with the test. */
function withFakeAgent(command = `fake-agent {{brief}} "about {{title}}" {{ports.PORT}}`) {
  const repository = createRepository({
    'lanekeeper.json': JSON.stringify({ agents: { fake: { command }, ghost: { command: 'no-such-agent {{brief}}' } } }),
  })
  const program = repository.write('bin/fake-agent', AGENT.replaceAll('$OUT', repository.dir))
  chmodSync(program, 0o755)
  const socket = `lanekeeper-test-${process.pid}-${sockets++}`
  const env = { PATH: `${repository.path('bin')}:${repository.env.PATH}`, LANEKEEPER_TMUX_SOCKET: socket }
  const tmux = (...args: string[]) => repository.run('tmux', ['-L', socket, ...args])
  onTestFinished(() => void tmux('kill-server'))
  const launch = (...args: string[]) => repository.lanekeeper(['launch', ...args], { env })
  return { repository, env, tmux, launch }
}

function readyTask(repository: TestRepository, changes: Partial<Task> & { readonly id: string }, port = 20010) {
  const made = addTask(repository, changes)
  repository.write(`${made.path}/TASK.md`, `# ${made.task.title}\n`)
  markProvisioned(repository, made.path, { ports: portBlock(port) })
  return made
}

async function appears(path: string): Promise<string> {
  await expect.poll(() => existsSync(path), { timeout: 20_000, interval: 20 }).toBe(true)
  return readFileSync(path, 'utf8')
}

describe.skipIf(!hasTmux)('launch in tmux', () => {
  it('starts the agent as the command of a window, with the brief by name, in its worktree, and no value is executed', async () => {
    const { repository, launch, tmux } = withFakeAgent()
    const { path } = readyTask(repository, { id: 'one', title: ODD_TITLE, agent: 'fake' })
    const { status, stdout, stderr } = launch('one')
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^one: fake started\. See it: tmux -L lanekeeper-test-\S+ attach -t '?project-[0-9a-f]{4}:@\d+'?\n$/,
    )
    const words = (await appears(repository.path('argv-one'))).split('\0').slice(0, -1)
    expect(words).toEqual(['TASK.md', `about ${ODD_TITLE}`, '20010'])
    const [cwd, ...variables] = repository.read('env-one').split('\n')
    expect(cwd).toBe(path)
    expect(variables).toEqual(expect.arrayContaining(['LANEKEEPER_TASK=one', 'PORT=20010']))
    expect([path, repository.root, repository.dir].filter((dir) => existsSync(`${dir}/pwned`))).toEqual([])
    expect(tmux('list-windows', '-a', '-F', '#{window_name} #{pane_dead}').stdout).toBe('one 0\n')
  })

  it('opens one window per task in one session, and a second launch starts nothing', async () => {
    const { repository, launch, tmux } = withFakeAgent()
    readyTask(repository, { id: 'one', agent: 'fake' }, 20010)
    readyTask(repository, { id: 'two', agent: 'fake' }, 20020)
    expect(launch('--all').status).toBe(0)
    await appears(repository.path('argv-one'))
    await appears(repository.path('argv-two'))
    const again = launch('one', 'two')
    expect(again.stdout).toMatch(/^one: an agent is running already, nothing started\. See it: tmux .*\ntwo: an agent/)
    expect(tmux('list-windows', '-a', '-F', '#{window_name}').stdout).toBe('one\ntwo\n')
    expect(tmux('list-sessions', '-F', '#{session_name}').stdout).toMatch(/^project-[0-9a-f]{4}\n$/)
    expect([repository.read('starts-one'), repository.read('starts-two')]).toEqual(['once\n', 'once\n'])
  })

  it('two launches at once start one agent', async () => {
    const { repository, env, tmux } = withFakeAgent()
    readyTask(repository, { id: 'one', agent: 'fake' })
    // a tmux that answers slowly: without a lock all three would have seen no window before the first one makes it
    const real = repository.run('sh', ['-c', 'command -v tmux']).stdout.trim()
    const slow = `#!/bin/sh\n${real} "$@"; status=$?\ncase "$*" in *list-windows*) sleep 0.5;; esac\nexit $status\n`
    chmodSync(repository.write('bin/tmux', slow), 0o755)
    const start = () =>
      repository.start(process.execPath, [CLI, 'launch', 'one'], {
        cwd: repository.root,
        env,
      })
    const ran = await Promise.all([start(), start(), start()])
    expect(ran.map(({ status }) => status)).toEqual([0, 0, 0])
    expect(tmux('list-windows', '-a', '-F', '#{window_name}').stdout).toBe('one\n')
  })

  it('keeps the window of an agent that ended, and starts the next one in it', async () => {
    const { repository, launch, tmux } = withFakeAgent('sh -c "echo last words; exit 3" {{brief}}')
    readyTask(repository, { id: 'one', agent: 'fake' })
    launch('one')
    const dead = () => tmux('list-windows', '-a', '-F', '#{window_id} #{pane_dead}').stdout
    await expect.poll(dead, { timeout: 20_000 }).toBe('@0 1\n')
    // tmux may call a pane dead before it has read its last output
    const words = () => tmux('capture-pane', '-p', '-S', '-', '-t', '@0').stdout
    await expect.poll(words, { timeout: 20_000 }).toContain('last words')
    expect(launch('one').stdout).toContain('one: fake started')
    await expect.poll(dead, { timeout: 20_000 }).toBe('@0 1\n')
  })

  it('says so before any window is made when the program is not there', () => {
    const { repository, launch, tmux } = withFakeAgent()
    readyTask(repository, { id: 'one', agent: 'fake' }, 20010)
    readyTask(repository, { id: 'two', agent: 'ghost' }, 20020)
    const { status, stderr } = launch('--all')
    expect(status).toBe(3)
    expect(stderr).toContain('The program of agent "ghost" is not on PATH: no-such-agent')
    expect(tmux('list-windows', '-a').status).not.toBe(0)
  })
})

describe('launch without a terminal', () => {
  it.each([
    ['--terminal', 'none'],
    ['--agent', 'none'],
  ])('%s %s prints a line that a shell can take', (...args) => {
    const { repository, env, launch } = withFakeAgent(
      'sh -c "pwd; echo $1 $PORT $LANEKEEPER_TASK" - {{title}}'.replaceAll('$', '\\$'),
    )
    const { path } = readyTask(repository, { id: 'one', title: ODD_TITLE, agent: 'fake' })
    const { status, stdout } = launch('one', ...args)
    expect(status).toBe(0)
    const typed = repository.run('sh', ['-c', args[0] === '--agent' ? `${stdout.trim()} && pwd` : stdout], { env })
    expect(typed.stdout).toBe(args[0] === '--agent' ? `${path}\n` : `${path}\n${ODD_TITLE} 20010 one\n`)
    expect(existsSync(`${path}/pwned`)).toBe(false)
  })

  it('gives the line to type where tmux is missing', () => {
    const { repository } = withFakeAgent('cat {{brief}}')
    readyTask(repository, { id: 'one', agent: 'fake' })
    const bin = repository.path('only')
    for (const name of ['git', 'cat', 'sh']) {
      const found = repository.run('sh', ['-c', `command -v ${name}`]).stdout.trim()
      repository.run('mkdir', ['-p', bin])
      repository.run('ln', ['-s', found, `${bin}/${name}`])
    }
    const { status, stderr } = repository.lanekeeper(['launch', 'one'], { env: { PATH: bin } })
    expect(status).toBe(3)
    expect(stderr).toMatch(/tmux is not on PATH\.[\s\S]*cd \S+ && PORT=20010 LANEKEEPER_TASK=one cat TASK\.md/)
  })

  it.each([
    ['unprovisioned', null],
    ['failed', { databases: { state: 'failed' } }],
  ] as const)('refuses a worktree that is %s and names the command that heals it', (state, steps) => {
    const { repository, launch } = withFakeAgent()
    const { path } = addTask(repository, { id: 'one', agent: 'fake' })
    if (steps) markProvisioned(repository, path, { steps })
    const { status, stderr } = launch('one', '--terminal', 'none')
    expect(status).toBe(3)
    expect(stderr).toContain(`The worktree of task "one" is ${state}`)
    expect(stderr).toContain(`npx lanekeeper setup ${path} --wait`)
  })

  it.each([
    [['nope'], 2, 'There is no open task "nope"'],
    [['one', '--agent', 'nope'], 2, 'There is no agent "nope"'],
    [['one', '--terminal', 'kitty'], 2, 'There is no terminal "kitty"'],
    [[], 2, 'launch which task?'],
  ])('%j: a clear error', (args, exit, message) => {
    const { repository, launch } = withFakeAgent()
    readyTask(repository, { id: 'one', agent: 'fake' })
    const { status, stderr } = launch(...args)
    expect([status, stderr]).toEqual([exit, expect.stringContaining(message)])
  })
})
