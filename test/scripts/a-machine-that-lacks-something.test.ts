/** No git, an old git, a full disk, a directory nobody may write: a sentence and the way on, and nothing lost. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createRepository, type TestRepository } from '../support/repository.ts'

const VERBS = [
  ['status'],
  ['check'],
  ['new-task', '--title', 'x', '--allow', 'src'],
  ['setup'],
  ['land', '--all'],
  ['gc'],
  ['init', '--yes'],
  ['doctor'],
]

function expectSentence(ran: { status: number; stderr: string }, status: number, words: string): void {
  expect(ran.stderr).toContain(words)
  expect(ran.stderr).not.toMatch(/^\s+at /m)
  expect(ran.status).toBe(status)
}

describe('without git', () => {
  it.each(VERBS)('%s says so', (...args) => {
    const repository = createRepository()
    mkdirSync(repository.path('bin'))
    expectSentence(
      repository.lanekeeper(args, { env: { PATH: repository.path('bin') } }),
      3,
      'git could not be started',
    )
  })

  it('npm install still works: the prepare script installs nothing', () => {
    const repository = createRepository()
    mkdirSync(repository.path('bin'))
    expect(repository.lanekeeper(['install'], { env: { PATH: repository.path('bin') } })).toMatchObject({ status: 0 })
  })
})

it.each(['2.30.2', '2.17.1', '1.8.3.1'])('git %s is named as too old', (version) => {
  const repository = createRepository()
  // it answers as those versions do: an option they do not know comes back as if it were a revision
  repository.write(
    'bin/git',
    `#!/bin/sh\ncase $1 in --version) echo "git version ${version}" ;; *) printf '%s\\n' "$2" ; exit 0 ;; esac\n`,
  )
  repository.run('chmod', ['+x', repository.path('bin/git')])
  const ran = repository.lanekeeper(['status'], { env: { PATH: `${repository.path('bin')}:/usr/bin:/bin` } })
  expectSentence(ran, 3, `git ${version.split('.').slice(0, 2).join('.')} is too old`)
})

/** A directory on a file system of 2 MiB, filled to the last byte; null where this process may not mount. */
function fullDisk(repository: TestRepository): { dir: string; fill(): void } | null {
  const dir = repository.path('small')
  mkdirSync(dir)
  if (repository.run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', dir]).status !== 0) return null
  onTestFinished(() => void repository.run('umount', ['-l', dir]))
  return { dir, fill: () => void repository.run('sh', ['-c', `cat /dev/zero > ${dir}/filler 2>/dev/null`]) }
}

describe('on a full disk', () => {
  it('new-task undoes what it began', ({ skip }) => {
    const repository = createRepository({ 'src/big': 'x'.repeat(100_000) })
    const disk = fullDisk(repository)
    if (!disk) return skip('this process may not mount a small file system')
    disk.fill()
    const ran = repository.lanekeeper(['new-task', '--title', 'Full', '--allow', 'src', '--path', join(disk.dir, 'wt')])
    expectSentence(ran, 3, 'No space left on device')
    expect(repository.git(['branch', '--list', 'task/*'])).toBe('')
    expect(repository.git(['worktree', 'list', '--porcelain']).match(/^worktree /gm)).toHaveLength(1)
    expect(JSON.parse(repository.lanekeeper(['task', 'list', '--json']).stdout).tasks).toEqual([])
  })

  it('a worktree without room for its env file is not ready, says why, and is healed by setup', ({ skip }) => {
    const repository = createRepository({ 'lanekeeper.json': '{ "dependencies": "none" }\n' })
    const disk = fullDisk(repository)
    if (!disk) return skip('this process may not mount a small file system')
    repository.git(['worktree', 'add', '-q', '-b', 'side', join(disk.dir, 'wt')])
    disk.fill()
    const full = repository.lanekeeper(['setup', join(disk.dir, 'wt'), '--json'])
    expect(full.status).toBe(3)
    const said = JSON.parse(full.stdout)
    expect(said.state).toBe('failed')
    expect(said.problems.map(({ message }: { message: string }) => message).join()).toContain('ENOSPC')
    repository.run('rm', [join(disk.dir, 'filler')])
    expect(JSON.parse(repository.lanekeeper(['setup', join(disk.dir, 'wt'), '--json']).stdout).state).toBe('ready')
  })
})

it('a place for worktrees that is a link to nowhere is named, and nothing is made', () => {
  const repository = createRepository()
  symlinkSync('/nowhere/at/all', repository.path('project.worktrees'))
  const ran = repository.lanekeeper(['new-task', '--title', 'Lost', '--allow', 'src'])
  expect(ran.status).not.toBe(0)
  expect(ran.stderr).not.toMatch(/^\s+at /m)
  expect(ran.stderr).toContain('project.worktrees')
  expect(repository.git(['branch', '--list', 'task/*'])).toBe('')
})
