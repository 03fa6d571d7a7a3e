/**
 * The throw-away worktree a landing is merged and tested in. A note says whose it is before it exists and until it is gone,
 * so that the next `land` or `gc` sweeps what a kill -9 left, and finishes a landing that was killed after the base moved.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Session } from '../command.ts'
import { LanekeeperError } from '../policy/errors.ts'
import type { Policy } from '../policy/policy.ts'
import type { Task } from '../policy/task.ts'
import { removeDirectory } from '../removal/half-removed.ts'
import { removeEmptyParent, worktreePath } from '../removal/worktree-folder.ts'
import { readJsonIfExists, writeAtomically } from '../system/files.ts'
import { commitOf, isAncestor } from '../system/history.ts'
import { holdFirstInterrupt, STOPPING } from '../system/interrupt.ts'
import { readLedger, writeRecord } from '../system/ledger.ts'
import { isAlive, thisProcess } from '../system/lock.ts'
import { checkoutOf } from '../system/merging.ts'
import { randomHex } from '../system/random.ts'
import type { Repository } from '../system/repository.ts'
import { takeBackMove } from '../system/take-back-move.ts'
import { destroyDatabases, forgetWorktree } from '../system/teardown.ts'
import { addWorktree, listWorktrees, removeWorktree as removeFromGit, unlockWorktree } from '../system/worktrees.ts'
import { settleTask } from './settle-task.ts'

interface LandingNote {
  readonly path: string
  readonly task: string
  readonly base: string
  /** As lock owners write themselves. */
  readonly owner: string
  /** The tested merge, from just before the base is moved to it. */
  readonly commit: string | null
}

export interface LandingPlace {
  readonly path: string
  /** Call before the base is moved. Throws `interrupted` where somebody pressed Ctrl-C meanwhile. */
  aboutToMove(commit: string): void
}

/** Runs `work` in a detached worktree at the base's tip, and takes the worktree away whatever happened. */
export async function withLandingWorktree<T>(
  repository: Repository,
  policy: Policy,
  task: Task,
  { out }: Session,
  work: (place: LandingPlace) => Promise<T>,
): Promise<T> {
  const name = `landing-${task.id}-${randomHex(3)}`
  const path = worktreePath(repository, policy, name)
  const file = join(notesDir(repository), `${name}.json`)
  const note: LandingNote = { path, task: task.id, base: policy.base, owner: thisProcess(), commit: null }
  let written = note
  const write = (text: LandingNote) => {
    written = text
    writeAtomically(file, `${JSON.stringify(text)}\n`)
  }
  write(note)
  const interrupts = holdFirstInterrupt(() => out.warn(STOPPING))
  const aboutToMove = (commit: string) => {
    if (interrupts.came) throw interrupted(task)
    write({ ...note, commit })
  }
  try {
    mkdirSync(dirname(path), { recursive: true })
    await addWorktree(repository, { path, branch: null, startPoint: policy.baseTip, hooks: false })
    return await work({ path, aboutToMove })
  } catch (error) {
    throw interrupts.came ? interrupted(task) : error
  } finally {
    await dismantle(repository, path)
    removeEmptyParent(repository, policy, path)
    if (isTakenBack(repository, written)) rmSync(file, { force: true })
    interrupts.release()
  }
}

/** A test that Ctrl-C cut short may end well all the same, or fail with words about anything but Ctrl-C. */
function interrupted({ id, base }: Task): LanekeeperError {
  return new LanekeeperError('interrupted', `Interrupted: "${id}" has not landed; ${base} is untouched.`, {
    hint: `npx lanekeeper land ${id}`,
  })
}

/**
 * Takes away what landings of dead processes left.
 * @returns what went, or with `dryRun` would go, in words
 */
export async function sweepLandings(repository: Repository, { dryRun = false } = {}): Promise<string[]> {
  const swept: string[] = []
  for (const { file, note } of readNotes(repository)) {
    if (isAlive(note.owner)) continue
    swept.push(`landing worktree ${note.path}`)
    if (dryRun) continue
    await settle(repository, note)
    await dismantle(repository, note.path)
    // where something holds the index, the next sweep tries again
    if (isTakenBack(repository, note)) rmSync(file, { force: true })
  }
  return swept
}

function notesDir(repository: Repository): string {
  return join(repository.stateDir, 'landings')
}

function readNotes(repository: Repository): { file: string; note: LandingNote }[] {
  mkdirSync(notesDir(repository), { recursive: true })
  return readdirSync(notesDir(repository))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(notesDir(repository), name))
    .flatMap((file) => {
      const note = readJsonIfExists<LandingNote>(file)
      return note ? [{ file, note }] : []
    })
}

/** The base has the tested merge, but the process died before it could say so. */
async function settle(repository: Repository, { task: id, base, commit }: LandingNote): Promise<void> {
  if (commit === null || !isAncestor(repository.git, commit, `refs/heads/${base}`)) return
  await settleTask(repository, id, 'landed', `land ${id}: ${commit}`)
}

/** The base's checkout was being moved to the merge when that broke off: what had been written there goes back. */
function isTakenBack({ git }: Repository, { base, commit }: LandingNote): boolean {
  if (commit === null) return true
  const tip = commitOf(git, `refs/heads/${base}`)
  const checkout = checkoutOf(git, base)
  if (tip === null || checkout === null || commitOf(git, `${commit}^1`) !== tip) return true
  // a person has begun the same merge since, by hand: that stays
  const isBegun = ['MERGE_HEAD', 'SQUASH_MSG'].some((name) => existsSync(join(checkout.gitDir ?? '', name)))
  return isBegun || takeBackMove(git, checkout.path, tip, commit)
}

/** Databases, ports, ledger and worktree of a landing; the path is ours alone, our note named it before it was made. */
async function dismantle(repository: Repository, path: string): Promise<void> {
  const { git } = repository
  const record = readLedger(repository).find((known) => known.path === path)
  const intent = { branch: null, tip: '', outcome: null }
  const marked = record && writeRecord(repository, { ...record, removal: intent })
  const lighter = marked && (await destroyDatabases(repository, marked, path)).record
  const worktree = listWorktrees(git).find((known) => known.path === path)
  if (worktree?.isLocked) unlockWorktree(git, path)
  // ours before git's: a directory that git lost half-way through has no .git any more, and git refuses to go on with it
  removeDirectory(path)
  if (worktree) forgetInGit(git, path)
  if (lighter) await forgetWorktree(repository, lighter)
}

/** Two sweeps at once, of `gc` and of the next `land`: whoever comes second finds it gone, which is what it wanted. */
function forgetInGit(git: Repository['git'], path: string): void {
  try {
    removeFromGit(git, path, { force: true })
  } catch (error) {
    if (listWorktrees(git).some((known) => known.path === path)) throw error
  }
}
