/**
 * git writes the files of the base's checkout before it moves the base: what stops it in between (a full disk, a kill) must
 * not leave them there (found by the simulator).
 */
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gitThat } from '../support/altered-git.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { settings, startTask, taskOf } from '../support/task-worktrees.ts'

/** As far as git gets before the ref: files without the index where the disk was full, both where it was killed later. */
const FILES = 'for it; do :; done; cp .git/index $HOME/index; GIT_INDEX_FILE=$HOME/index $git read-tree -m -u HEAD $it'
/** The disk was full in the middle of a file. */
const HALF_A_FILE = `printf ne > src/a/added.txt; printf n > src/a/changed.txt`
const FILES_AND_INDEX = 'for it; do :; done; $git read-tree -m -u HEAD $it'
const KILL = 'kill -9 $PPID; exit 1'

/** A task that adds, changes, deletes and links files. */
function taskReadyToLand(): TestRepository {
  const files = { 'src/a/changed.txt': 'old\n', 'src/a/gone.txt': 'old\n', 'readme.txt': 'old\n' }
  const project = createRepository({ ...settings(), ...files })
  expect(project.lanekeeper(['install']).status).toBe(0)
  const path = startTask(project, 'a')
  symlinkSync('changed.txt', join(path, 'src/a/link'))
  project.git(['rm', '-q', 'src/a/gone.txt'], { cwd: path })
  project.commit({ 'src/a/changed.txt': 'new\n', 'src/a/added.txt': 'new\n' }, 'work', { cwd: path })
  return project
}

/** Lands with a git that breaks the move of the base off. */
function landBreakingOff(project: TestRepository, act: string) {
  return project.lanekeeper(['land', 'a'], { env: gitThat(project, 'merge --ff-only', act) })
}

function expectUntouched(project: TestRepository, before: string): void {
  expect(project.git(['rev-parse', 'main'])).toBe(before)
  expect(project.git(['status', '--porcelain'])).toBe('')
  expect(readFileSync(join(project.root, 'src/a/gone.txt'), 'utf8')).toBe('old\n')
}

describe('a landing that breaks off', () => {
  it.each([
    ['in the middle of a file', HALF_A_FILE],
    ['before the index', FILES],
    ['after the index', FILES_AND_INDEX],
  ])('%s puts back what was written, and what a person did meanwhile stays', (_name, act) => {
    const project = taskReadyToLand()
    const before = project.git(['rev-parse', 'main'])
    const ran = landBreakingOff(project, `${act}; echo mine > readme.txt; exit 1`)
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining('git did not move main')])
    expect(readFileSync(join(project.root, 'readme.txt'), 'utf8')).toBe('mine\n')
    project.git(['restore', 'readme.txt'])
    expectUntouched(project, before)
    expect(project.lanekeeper(['land', 'a']).status).toBe(0)
    expect(existsSync(join(project.root, 'src/a/link'))).toBe(true)
  })

  it.each([
    ['before the index', FILES],
    ['after the index', FILES_AND_INDEX],
  ])('because it was killed %s is put back by gc, and lands after that', (_name, act) => {
    const project = taskReadyToLand()
    const before = project.git(['rev-parse', 'main'])
    expect(landBreakingOff(project, `${act}; ${KILL}`).status).not.toBe(0)
    expect(project.git(['status', '--porcelain'])).not.toBe('')
    expect(project.lanekeeper(['gc']).status).toBe(0)
    expectUntouched(project, before)
    expect(taskOf(project, 'a')?.state).toBe('open')
    expect(project.lanekeeper(['land', 'a']).status).toBe(0)
    expect(project.git(['status', '--porcelain'])).toBe('')
  })

  it('is tried again by the next gc while something holds the index', () => {
    const project = taskReadyToLand()
    const before = project.git(['rev-parse', 'main'])
    landBreakingOff(project, `${FILES_AND_INDEX}; ${KILL}`)
    project.write('project/.git/index.lock', '')
    expect(project.lanekeeper(['gc']).status).toBe(0)
    expect(project.run('ls', [join(project.root, '.git/lanekeeper/landings')]).stdout).not.toBe('')
    project.run('rm', ['project/.git/index.lock'])
    expect(project.lanekeeper(['gc']).status).toBe(0)
    expectUntouched(project, before)
    expect(project.run('ls', [join(project.root, '.git/lanekeeper/landings')]).stdout).toBe('')
  })

  it('that cannot put anything back leaves a note, so that the next landing can', () => {
    const project = taskReadyToLand()
    const ran = landBreakingOff(project, `${FILES_AND_INDEX}; : > .git/index.lock; exit 1`)
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining('git did not move main')])
    project.run('rm', ['project/.git/index.lock'])
    expect(project.git(['status', '--porcelain'])).not.toBe('')
    expect(project.lanekeeper(['land', 'a']).status).toBe(0)
    expect(project.git(['status', '--porcelain'])).toBe('')
    expect(project.run('ls', [join(project.root, '.git/lanekeeper/landings')]).stdout).toBe('')
  })

  it('is not put back where a person has begun the same merge since', () => {
    const project = taskReadyToLand()
    landBreakingOff(project, `${FILES_AND_INDEX}; ${KILL}`)
    project.git(['reset', '-q', '--hard'])
    project.git(['merge', '-q', '--squash', 'task/a'])
    expect(project.lanekeeper(['gc']).status).toBe(0)
    expect(project.git(['diff', '--cached', '--name-only'])).toContain('src/a/added.txt')
  })
})
