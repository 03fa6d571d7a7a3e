/** kill -9 of `remove` at each of its effects; whatever point it was, gc leaves nothing behind. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { CLI, createRepository, type TestRepository } from '../support/repository.ts'
import { sql } from '../support/sqlite.ts'
import { branchesOf, ledgerOf, settings, startTask, taskOf, worktreesOf } from '../support/task-worktrees.ts'

/** A git that, asked for one thing, says so and never answers. */
function gitThatHangsAt(project: TestRepository, words: string): NodeJS.ProcessEnv {
  const real = project.run('sh', ['-c', 'command -v git']).stdout.trim()
  const hang = `touch ${project.path('reached')}; exec sleep 60`
  const script = `#!/bin/sh\ncase "$*" in *"${words}"*) ${hang};; esac\nexec ${real} "$@"\n`
  chmodSync(project.write('bin/git', script), 0o755)
  return { ...project.env, PATH: `${project.path('bin')}:${project.env.PATH}` }
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
