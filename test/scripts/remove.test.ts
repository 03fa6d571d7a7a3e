import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { knownWorktreeId } from '../../scripts/system/identity.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { CLI, createRepository, type TestRepository } from '../support/repository.ts'
import { branchesOf, ledgerOf, settings, startTask, taskOf, worktreesOf } from '../support/task-worktrees.ts'
import { markProvisioned, portBlock } from '../support/tasks.ts'

const hasTmux = spawnSync('tmux', ['-V']).status === 0

/** In the ledger, with one port. */
function recorded(project: TestRepository, path: string, port = 1): void {
  markProvisioned(project, path, { ports: portBlock(port) })
}

function expectNothingLeft(project: TestRepository): void {
  expect(branchesOf(project)).toEqual(['main'])
  expect(worktreesOf(project)).toHaveLength(1)
  expect(ledgerOf(project)).toEqual([])
}

describe('remove', () => {
  it('takes worktree, branch and record away, and nothing leaks', () => {
    const project = createRepository(settings())
    const path = startTask(project, 'a')
    recorded(project, path)
    const { status, stdout } = project.lanekeeper(['remove', 'a', '--json'])
    expect({ status, ...JSON.parse(stdout) }).toMatchObject({
      status: 0,
      ok: true,
      path,
      branch: 'task/a',
      task: 'a',
      safetyRef: null,
    })
    expectNothingLeft(project)
    expect(project.exists(path)).toBe(false)
    // it never had a commit of its own
    expect(taskOf(project, 'a')?.state).toBe('closed')
  })

  it('calls the task landed where the base has its work, squashed too', () => {
    const project = createRepository(settings())
    const path = startTask(project, 'a')
    project.commit({ 'src/a/x.txt': '1' }, 'one', { cwd: path })
    project.commit({ 'src/a/x.txt': '2' }, 'two', { cwd: path })
    project.git(['merge', '-q', '--squash', 'task/a'])
    project.git(['commit', '-q', '-m', 'squashed'])
    expect(project.lanekeeper(['remove', path])).toMatchObject({ status: 0 })
    expect(taskOf(project, 'a')?.state).toBe('landed')
    expectNothingLeft(project)
  })

  it('shows what would go and touches nothing in a dry run', () => {
    const project = createRepository(settings())
    const path = startTask(project, 'a')
    recorded(project, path, 23456)
    const { status, stdout } = project.lanekeeper(['remove', 'task/a', '-n'])
    expect(status).toBe(0)
    expect(stdout).toContain(path)
    expect(stdout).toContain('PORT=23456')
    expect(worktreesOf(project)).toHaveLength(2)
    expect(ledgerOf(project)).toHaveLength(1)
  })

  it.each([
    [
      'changed files',
      (project: TestRepository, path: string) => project.write(join(path, 'README.md'), 'x'),
      'M README.md',
    ],
    ['new files', (project: TestRepository, path: string) => project.write(join(path, 'new.txt'), 'x'), '?? new.txt'],
  ])('refuses %s, names them, and gives way to its flag with a copy kept', (_, spoil, named) => {
    const project = createRepository(settings())
    const path = startTask(project, 'a')
    spoil(project, path)
    const refused = project.lanekeeper(['remove', 'a', '--force-unmerged', '--force-locked', '--force-live'])
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain(named)
    expect(refused.stderr).toContain('npx lanekeeper remove task/a --force-dirty')
    expect(project.exists(path)).toBe(true)
    expect(project.lanekeeper(['remove', 'a', '--force-dirty']).status).toBe(0)
    expectNothingLeft(project)
    const kept = project.git(['ls-tree', '--name-only', 'refs/lanekeeper/removed/task/a'])
    expect(kept).toContain(named.split(' ')[1])
  })

  it('does not take generated pages for work', () => {
    const project = createRepository(settings())
    const path = startTask(project, 'a')
    for (const page of ['TASK.md', 'WORKTREE.md', 'TASKS.md']) project.write(join(path, page), 'generated')
    expect(project.lanekeeper(['remove', 'a'])).toMatchObject({ status: 0 })
  })

  it('refuses unmerged commits, and keeps them at a ref when forced', () => {
    const project = createRepository(settings())
    const path = startTask(project, 'a')
    const tip = project.commit({ 'src/a/x.txt': '1' }, 'work', { cwd: path })
    const refused = project.lanekeeper(['remove', 'a', '--json', '--force-dirty'])
    expect(refused.status).toBe(1)
    expect(JSON.parse(refused.stdout).error).toMatchObject({ code: 'unsafe' })
    expect(JSON.parse(refused.stdout).error.message).toContain('task/a has 1 commit that main lacks')
    const forced = JSON.parse(project.lanekeeper(['remove', 'a', '--json', '--force-unmerged']).stdout)
    expect(forced.safetyRef).toBe('refs/lanekeeper/removed/task/a')
    expect(project.git(['rev-parse', forced.safetyRef])).toBe(tip)
    expect(taskOf(project, 'a')?.state).toBe('closed')
    expectNothingLeft(project)
  })

  it('refuses a detached HEAD whose commits are on no branch', () => {
    const project = createRepository(settings())
    const path = project.path('loose')
    project.git(['worktree', 'add', '-q', '--detach', path])
    project.commit({ 'a.txt': '1' }, 'loose', { cwd: path })
    expect(project.lanekeeper(['remove', path]).stderr).toContain('its detached HEAD has 1 commit')
    project.git(['branch', 'found', 'HEAD'], { cwd: path })
    expect(project.lanekeeper(['remove', path]).status).toBe(0)
    expect(branchesOf(project)).toEqual(['found', 'main'])
  })

  it('refuses to lose commits of a submodule that nobody else has', () => {
    const project = createRepository(settings())
    const library = project.path('library')
    project.git(['init', '-q', library])
    project.commit({ 'lib.txt': '1' }, 'lib', { cwd: library })
    project.git(['submodule', '--quiet', 'add', library, 'lib'])
    project.commit({}, 'submodule')
    const path = startTask(project, 'a')
    project.git(['submodule', '--quiet', 'update', '--init'], { cwd: path })
    project.commit({ 'lib.txt': '2' }, 'only here', { cwd: join(path, 'lib') })
    project.git(['submodule', '--quiet', 'update'], { cwd: path })
    project.git(['branch', 'kept', 'HEAD@{1}'], { cwd: join(path, 'lib') })
    const refused = project.lanekeeper(['remove', 'a', '--force-dirty'])
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain('lib has 1 commits that no remote of it has')
    expect(project.lanekeeper(['remove', 'a', '--force-unmerged'])).toMatchObject({ status: 0 })
    expectNothingLeft(project)
  })

  it('refuses a locked worktree with its reason', () => {
    const project = createRepository(settings())
    const path = startTask(project, 'a')
    project.git(['worktree', 'lock', '--reason', 'on a stick', path])
    const refused = project.lanekeeper(['remove', 'a', '--force-dirty'])
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain('it is locked: on a stick')
    expect(project.lanekeeper(['remove', 'a', '--force-locked'])).toMatchObject({ status: 0 })
    expectNothingLeft(project)
  })

  it('refuses while something that stands in it listens on its port', async () => {
    const project = createRepository(settings())
    const path = startTask(project, 'a')
    const { port, stop } = await serverIn(path)
    recorded(project, path, port)
    const refused = project.lanekeeper(['remove', 'a'])
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain(`port ${port} (PORT) is in use`)
    expect(project.lanekeeper(['remove', 'a', '--force-live'])).toMatchObject({ status: 0 })
    expectNothingLeft(project)
    stop()
  })

  it('minds no process that stands elsewhere and only borrows the port', async () => {
    const project = createRepository(settings())
    const { port, stop } = await serverIn(project.root)
    recorded(project, startTask(project, 'a'), port)
    expect(project.lanekeeper(['remove', 'a'])).toMatchObject({ status: 0 })
    expectNothingLeft(project)
    stop()
  })

  it.skipIf(!hasTmux)('refuses while an agent runs in its window, and closes the window when it goes', () => {
    const project = createRepository(settings())
    const socket = `lanekeeper-remove-${process.pid}`
    const tmux = (...args: string[]) => project.run('tmux', ['-L', socket, ...args])
    onTestFinished(() => void tmux('kill-server'))
    const env = { LANEKEEPER_TMUX_SOCKET: socket }
    const path = startTask(project, 'a')
    const { id } = markProvisioned(project, path)
    tmux('new-session', '-d', '-s', 'mine', 'sleep 1000')
    const window = tmux('new-window', '-d', '-P', '-F', '#{window_id}', 'sleep 1000').stdout.trim()
    tmux('set-option', '-w', '-t', window, '@lanekeeper', id)
    const refused = project.lanekeeper(['remove', 'a'], { env })
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain(`an agent (tmux window mine:${window})`)
    expect(project.lanekeeper(['remove', 'a', '--force-live'], { env }).status).toBe(0)
    expect(tmux('list-windows', '-a', '-F', '#{window_id}').stdout.trim().split('\n')).toHaveLength(1)
  })

  it('says all reasons at once', () => {
    const project = createRepository(settings())
    const path = startTask(project, 'a')
    project.commit({ 'src/a/x.txt': '1' }, 'work', { cwd: path })
    project.write(join(path, 'new.txt'), 'x')
    project.git(['worktree', 'lock', path])
    const { stderr } = project.lanekeeper(['remove', 'a'])
    for (const reason of ['locked', 'new.txt', '1 commit']) expect(stderr).toContain(reason)
    const flags = ['--force-locked', '--force-dirty', '--force-unmerged']
    for (const flag of flags) expect(stderr).toContain(`npx lanekeeper remove task/a ${flag}`)
    expect(project.lanekeeper(['remove', 'a', ...flags]).status).toBe(0)
    expectNothingLeft(project)
  })

  it('is done once by two at once', async () => {
    const project = createRepository(settings())
    startTask(project, 'a')
    const both = [1, 2].map(() => project.start(process.execPath, [CLI, 'remove', 'a'], { cwd: project.root }))
    const runs = await Promise.all(both)
    expect(runs.filter(({ status }) => status === 0)).toHaveLength(1)
    expect(runs.filter(({ status }) => status === 2)).toHaveLength(1)
    expectNothingLeft(project)
  })

  it('never removes the main worktree or the one you stand in', () => {
    const project = createRepository(settings())
    const path = startTask(project, 'a')
    const force = ['--force-dirty', '--force-unmerged', '--force-locked', '--force-live']
    expect(project.lanekeeper(['remove', '.', ...force]).stderr).toContain('is the main worktree')
    const inside = project.lanekeeper(['remove', 'a', ...force], { cwd: path })
    expect(inside.status).toBe(1)
    expect(inside.stderr).toContain('you stand in it')
    expect(worktreesOf(project)).toHaveLength(2)
  })

  it("leaves a person's own branch", () => {
    const project = createRepository(settings())
    const path = project.path('mine')
    project.git(['worktree', 'add', '-q', '-b', 'develop', path])
    const { stdout } = project.lanekeeper(['remove', 'develop', '--json'])
    expect(JSON.parse(stdout).kept).toEqual([{ what: 'branch develop', why: "it is no task's" }])
    expect(branchesOf(project)).toEqual(['develop', 'main'])
  })

  it('names what does not exist', () => {
    const project = createRepository(settings())
    const { status, stderr } = project.lanekeeper(['remove', 'nothing'])
    expect(status).toBe(2)
    expect(stderr).toContain('"nothing"')
  })

  it('says of a task that has ended that it has, and offers no branch to delete that is gone', () => {
    const project = createRepository(settings())
    startTask(project, 'a')
    expect(project.lanekeeper(['remove', 'a']).status).toBe(0)
    const { status, stderr } = project.lanekeeper(['remove', 'a'])
    expect(status).toBe(2)
    expect(stderr).toContain('Task "a" is closed, and has no worktree.')
    expect(stderr).not.toContain('branch -D')
  })

  it('keeps an unprovisioned worktree out of the ledger', () => {
    const project = createRepository(settings())
    const path = startTask(project, 'a')
    expect(knownWorktreeId(openRepository(path, project.env).gitDir)).toBeNull()
    expect(project.lanekeeper(['remove', 'a']).status).toBe(0)
    expectNothingLeft(project)
  })
})

/** A server of its own process, standing in `cwd`, on a port that is free. */
async function serverIn(cwd: string): Promise<{ port: number; stop: () => void }> {
  const code = "const s=require('net').createServer().listen(0,'127.0.0.1',()=>console.log(s.address().port))"
  const child = spawn(process.execPath, ['-e', code], { cwd, stdio: ['ignore', 'pipe', 'ignore'] })
  const stop = () => void child.kill('SIGKILL')
  onTestFinished(stop)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { port: Number(String(line)), stop }
}
