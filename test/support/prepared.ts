/**
 * A fixture that is made once for the tests of a file, and of which each gets a fresh copy. Worktrees, hooks and the ledger
 * hold absolute paths, so the copy lies at the very path where the first was made.
 */
import { spawnSync } from 'node:child_process'
import { renameSync, rmSync } from 'node:fs'
import { beforeAll } from 'vitest'
import { newPlace, type Place, removeWhenDone, type TestRepository, workersOf } from './repository.ts'

/**
 * Call it beside the tests, not in one.
 * @param make makes the fixture below the place; what it starts in the background has ended before the first copy
 * @returns gives a test its copy, which is removed when the test ends
 */
export function prepared<T extends TestRepository>(make: (place: Place) => T): () => T {
  let fixture: T | undefined
  let failure: unknown
  beforeAll(async () => {
    const place = newPlace()
    const store = `${place.dir}.prepared`
    try {
      fixture = make(place)
    } catch (error) {
      // each test fails by it: a failed hook would have them counted as skipped
      failure = error
    }
    await workersOf(place.dir)
    renameSync(place.dir, store)
    return () => rmSync(store, { recursive: true, force: true })
  })
  return () => {
    if (!fixture) throw failure
    const { dir } = fixture
    copyTree(`${dir}.prepared`, dir)
    removeWhenDone(dir)
    refreshIndexes(fixture)
    return fixture
  }
}

/** An index knows files by inode too; `reset --keep` takes every copy for a change. */
function refreshIndexes({ git }: TestRepository): void {
  for (const line of git(['worktree', 'list', '--porcelain']).split('\n'))
    if (line.startsWith('worktree ')) git(['update-index', '-q', '--refresh'], { cwd: line.slice('worktree '.length) })
}

/** Copies a directory with the times of its files, which our own caches know them by. */
export function copyTree(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-pPR', from, to], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}
