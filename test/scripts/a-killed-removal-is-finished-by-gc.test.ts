/** kill -9 of `remove` at each of its effects; whatever point it was, gc leaves nothing behind. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { CLI, createRepository, type TestRepository } from '../support/repository.ts'
import { sql } from '../support/sqlite.ts'
import { branchesOf, ledgerOf, settings, startTask, taskOf, worktreesOf } from '../support/task-worktrees.ts'

/** A git that, asked for one thing, says so and never answers. @param first what it does before that */
function gitThatHangsAt(project: TestRepository, words: string, first = ''): NodeJS.ProcessEnv {
  return gitThat(project, words, `${first} touch ${project.path('reached')}; exec sleep 60`)
}

/** A git that does something else where it is asked for one thing; there it is `real` still. */
function gitThat(project: TestRepository, words: string, does: string): NodeJS.ProcessEnv {
  const real = project.run('sh', ['-c', 'command -v git']).stdout.trim()
  const script = `#!/bin/sh\nreal=${real}\ncase "$*" in *"${words}"*) ${does};; esac\nexec $real "$@"\n`
  chmodSync(project.write('bin/git', script), 0o755)
  return { ...project.env, PATH: `${project.path('bin')}:${project.env.PATH}` }
}

/** Starts the removal of task `a`, and kills it with all it started once its git hangs. */
async function killedRemoval(project: TestRepository, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, [CLI, 'remove', 'a'], {
    cwd: project.root,
    env,
    stdio: 'ignore',
    detached: true,
  })
  const ended = new Promise((done) => child.on('close', done))
  await vi.waitUntil(() => project.exists('reached'), { timeout: 20_000, interval: 20 })
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await ended
}

it.each([['worktree remove'], ['update-ref --create-reflog -m remove a'], ['branch -D']])(
  'at git %s',
  async (words) => {
    const project = createRepository({
      ...settings({ databases: { dev: { vars: ['DATABASE_URL'] } } }),
      '.gitignore': '.env\n.env.local\n*.db*\n',
    })
    mkdirSync(project.path('data'))
    sql(project.path('data/dev.db'), 'CREATE TABLE t (n)')
    project.write(join(project.root, '.env'), `DATABASE_URL=file:${project.path('data/dev.db')}\n`)
    const path = startTask(project, 'a')
    expect(project.lanekeeper(['setup', path, '--wait']).status).toBe(0)
    expect(project.run('ls', ['data']).stdout.trim().split('\n')).toHaveLength(2)

    const env = gitThatHangsAt(project, words)
    await killedRemoval(project, env)
    // the database went first; whatever else is left, the ledger knows
    expect(project.run('ls', ['data']).stdout).toBe('dev.db\n')
    expect(ledgerOf(project)).toHaveLength(1)

    expect(project.lanekeeper(['gc']).status).toBe(0)
    expect(worktreesOf(project)).toEqual([project.root])
    expect(branchesOf(project)).toEqual(['main'])
    expect(ledgerOf(project)).toEqual([])
    expect(project.run('ls', [project.path('home/.local/state/lanekeeper/ports')]).stdout).toBe('')
    expect(taskOf(project, 'a')?.state).toBe('closed')
    expect(project.lanekeeper(['gc']).stdout).toBe('Nothing to sweep.\n')
  },
)

it('in the middle of git worktree remove, with .git gone first', async () => {
  const project = createRepository(settings({}))
  const path = startTask(project, 'a')
  expect(project.lanekeeper(['setup', path, '--wait']).status).toBe(0)
  const env = gitThatHangsAt(project, 'worktree remove')
  await killedRemoval(project, env)
  project.run('rm', [join(path, '.git')])

  expect(project.lanekeeper(['remove', 'a']).stderr).toContain('npx lanekeeper gc')
  expect(project.lanekeeper(['gc', '--dry-run']).stdout).toContain('its removal was interrupted')
  expect(project.exists(path)).toBe(true)
  expect(project.lanekeeper(['gc']).status).toBe(0)
  expect(project.exists(path)).toBe(false)
  expect(worktreesOf(project)).toEqual([project.root])
  expect(branchesOf(project)).toEqual(['main'])
  expect(ledgerOf(project)).toEqual([])
})

/** What git does where it finds a directory full again that it has just emptied: it forgets the worktree all the same. */
const GIVES_UP = (path: string) =>
  [
    `find ${path} -mindepth 1 -delete`,
    `echo late > ${path}/late`,
    'rm -r .git/worktrees/a',
    `echo "error: failed to delete '${path}': Directory not empty" >&2`,
  ].join('; ')

it('what a program writes while git removes the worktree goes too', () => {
  const project = createRepository(settings({}))
  const path = startTask(project, 'a')
  expect(project.lanekeeper(['setup', path, '--wait']).status).toBe(0)
  const env = gitThat(project, 'worktree remove', `${GIVES_UP(path)}; exit 255`)
  expect(project.lanekeeper(['remove', 'a'], { env })).toMatchObject({ status: 0 })
  expect(project.exists(path)).toBe(false)
  expect(branchesOf(project)).toEqual(['main'])
  expect(ledgerOf(project)).toEqual([])
})

describe('after a kill between git’s giving up and our removal of the rest', () => {
  async function killedThere() {
    const project = createRepository(settings({}))
    const path = startTask(project, 'a')
    expect(project.lanekeeper(['setup', path, '--wait']).status).toBe(0)
    const env = gitThatHangsAt(project, 'worktree remove', `${GIVES_UP(path)};`)
    await killedRemoval(project, env)
    return { project, path }
  }

  it('gc takes the rest away', async () => {
    const { project, path } = await killedThere()
    expect(project.exists(`${path}/late`)).toBe(true)
    expect(project.lanekeeper(['gc', '--dry-run']).stdout).toContain('its removal was interrupted')
    expect(project.exists(path)).toBe(true)
    expect(project.lanekeeper(['gc']).status).toBe(0)
    expect(project.exists(path)).toBe(false)
    expect(ledgerOf(project)).toEqual([])
  })

  it('gc leaves alone what somebody has put in its place', async () => {
    const { project, path } = await killedThere()
    project.run('rm', ['-r', path])
    project.write(join(path, 'mine.txt'), 'mine\n')
    expect(project.lanekeeper(['gc']).status).toBe(0)
    expect(project.read(join(path, 'mine.txt'))).toBe('mine\n')
    expect(ledgerOf(project)).toEqual([])
  })
})
