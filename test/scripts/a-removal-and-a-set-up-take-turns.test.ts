/** A set-up in the background and a removal of the same worktree: whoever comes second finds nothing to bring back. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { isAlive } from '../../scripts/system/lock.ts'
import { withWorktreeLock } from '../../scripts/system/worktree-lock.ts'
import { createRepository } from '../support/repository.ts'
import { ledgerOf, settings, startTask } from '../support/task-worktrees.ts'
import { markProvisioned } from '../support/tasks.ts'

it('forced, a removal ends the set-up and what it runs, and nothing comes back (found by the simulator)', async () => {
  const project = createRepository(settings({ setup: ['echo $$ > ../started; exec sleep 60'] }))
  const path = startTask(project, 'a')
  project.lanekeeper(['setup', path])
  const started = join(dirname(path), 'started')
  await expect
    .poll(() => existsSync(started) && readFileSync(started, 'utf8').endsWith('\n'), { timeout: 20_000 })
    .toBe(true)
  const worker = ledgerOf(project)[0]?.worker ?? ''
  const command = `${readFileSync(started, 'utf8').trim()} `
  expect([isAlive(worker), isAlive(command)]).toEqual([true, true])

  const refused = project.lanekeeper(['remove', 'a'])
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('its set-up')])
  expect(project.lanekeeper(['remove', 'a', '--force-dirty', '--force-live'])).toMatchObject({ status: 0 })
  expect([isAlive(worker), isAlive(command)]).toEqual([false, false])
  expect(ledgerOf(project)).toEqual([])
  expect(existsSync(join(project.root, '.git/worktrees'))).toBe(false)
})

it('forced, a removal kills nobody of whom it knows no more than a pid', () => {
  const project = createRepository(settings())
  const path = startTask(project, 'a')
  const stranger = spawn('sleep', ['60'])
  onTestFinished(() => void stranger.kill())
  markProvisioned(project, path, { worker: `${stranger.pid} `, steps: { setup: { state: 'pending' } } })
  const ran = project.lanekeeper(['remove', 'a', '--force-live'])
  expect([ran.status, ran.stderr]).toEqual([3, expect.stringContaining(`kill ${stranger.pid}, then repeat`)])
  expect(isAlive(`${stranger.pid} `)).toBe(true)
  expect(existsSync(path)).toBe(true)
})

it('a set-up that waited for a removal says that the worktree is gone, and does not make its git dir again', async () => {
  const { dir } = createRepository()
  const gitDir = join(dir, 'worktrees', 'a')
  mkdirSync(gitDir, { recursive: true })
  let end = () => {}
  const isOver = new Promise<void>((resolve) => {
    end = resolve
  })
  const removal = withWorktreeLock(gitDir, 1000, async () => {
    await isOver
    rmSync(gitDir, { recursive: true })
  })
  const setUp = withWorktreeLock(gitDir, 20_000, () => 'provisioned')
  end()
  await removal
  await expect(setUp).rejects.toMatchObject({
    code: 'gone',
    message: `${gitDir} is gone: somebody removed it meanwhile.`,
  })
  expect(existsSync(gitDir)).toBe(false)
})
