/** What vanished worktrees left in git and in the ledger. Swept only where it is certain that the worktree is gone. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { readIfExists } from '../system/files.ts'
import { knownWorktreeId } from '../system/identity.ts'
import { readLedger, readRecord, type WorktreeRecord } from '../system/ledger.ts'
import { isAlive } from '../system/lock.ts'
import type { Repository } from '../system/repository.ts'
import type { Kept } from '../system/teardown.ts'
import { setUpProcess } from '../system/worktree-lock.ts'
import { listWorktrees, type Worktree } from '../system/worktrees.ts'
import { isForgottenRest, isHalfRemoved, removeDirectory, removeRest } from './half-removed.ts'
import { finishRemoval, removeWorktree } from './remove-worktree.ts'
import type { Sweep, Swept } from './sweep.ts'
import { sweepLeftOvers } from './sweep-databases.ts'

/**
 * The worktrees as git knows them.
 * @throws `git` when git cannot list them or lists none: nothing may be swept then, since everything would look gone
 */
export function worktreesForSure(repository: Repository): Worktree[] {
  const listed = listedOrNone(repository)
  if (listed.length > 0) return listed
  throw new LanekeeperError('git', 'git worktree list failed; not removing anything.', {
    hint: `See what it says: ${commandLine(['git', '-C', repository.mainWorktree, 'worktree', 'list'])}`,
  })
}

function listedOrNone(repository: Repository): Worktree[] {
  try {
    return listWorktrees(repository.git)
  } catch (error) {
    if (error instanceof LanekeeperError) return []
    throw error
  }
}

/** Lets git forget worktrees whose directory is gone; a locked one may be on a disk that is not there today. */
export function pruneVanished({ repository, worktrees, dryRun }: Sweep): Swept {
  const vanished = worktrees.filter(({ isMain, path }) => !isMain && !existsSync(path))
  const kept = vanished
    .filter(({ isLocked }) => isLocked)
    .map((worktree) => ({
      what: `worktree ${worktree.path}`,
      why: `its directory is not there, but it is locked${worktree.lockReason ? `: ${worktree.lockReason}` : ''}`,
    }))
  const unlocked = vanished.filter(({ isLocked }) => !isLocked)
  const busy = unlocked.flatMap(stillSetUp)
  // git prunes all of them or none
  if (busy.length > 0) return { kept: [...kept, ...busy], removed: [] }
  if (unlocked.length > 0 && !dryRun) repository.git.text(['worktree', 'prune'])
  return { kept, removed: unlocked.map(({ path }) => ({ what: `worktree ${path}`, why: 'its directory is gone' })) }
}

function stillSetUp({ path, gitDir }: Worktree): Kept[] {
  const pid = setUpProcess(gitDir, null)?.split(' ')[0]
  if (pid === undefined) return []
  return [{ what: `worktree ${path}`, why: `its directory is gone, but its set-up still runs (process ${pid})` }]
}

/** Databases, ports and records of worktrees that are gone, and removals that a kill interrupted. */
export async function sweepRecords(sweep: Sweep): Promise<Swept> {
  const removed: Kept[] = []
  const kept: Kept[] = []
  for (const { id } of readLedger(sweep.repository)) {
    // dropping a database takes its time: by now a new worktree's set-up may have written whose it is and what it makes
    const record = readRecord(sweep.repository, id)
    if (record === null) continue
    const swept = await sweepRecord(sweep, record)
    removed.push(...swept.removed)
    kept.push(...swept.kept)
  }
  return { removed, kept }
}

async function sweepRecord(sweep: Sweep, record: WorktreeRecord): Promise<Swept> {
  const living = livingWorktree(sweep, record)
  if (living && isHalfRemoved(living, record)) {
    if (!sweep.dryRun) removeRest(sweep.repository, living)
    return await finished(sweep, record, 'its removal was interrupted')
  }
  if (living)
    return record.removal ? await resumeRemoval(sweep, living) : await sweepLeftOvers(sweep, living.path, record)
  const why = whyUncertain(sweep, record)
  if (why !== null) return { removed: [], kept: [{ what: `what ${record.path} holds`, why }] }
  const isRest = isForgottenRest(record)
  if (isRest && !sweep.dryRun) removeDirectory(record.path)
  return await finished(sweep, record, isRest ? 'its removal was interrupted' : 'its worktree is gone')
}

async function finished(sweep: Sweep, record: WorktreeRecord, why: string): Promise<Swept> {
  const what = [record.path, ...holdings(record)].join(', ')
  const removed = [{ what, why }]
  if (sweep.dryRun) return { removed, kept: [] }
  const intent = record.removal ?? { branch: null, tip: '', outcome: null }
  return { removed, kept: await finishRemoval(sweep.repository, intent, record) }
}

/** The worktree a record is about: its git dir holds the record's id, and its directory is there or it is locked. */
function livingWorktree({ worktrees }: Sweep, { id }: WorktreeRecord): Worktree | undefined {
  return worktrees.find(
    ({ gitDir, path, isLocked }) => gitDir !== null && knownWorktreeId(gitDir) === id && (existsSync(path) || isLocked),
  )
}

/** Why a worktree that git does not list may yet be there; null when it is gone for sure. */
function whyUncertain({ worktrees }: Sweep, { path, gitDir, worker }: WorktreeRecord): string | null {
  if (worker !== null && isAlive(worker)) return `its set-up still runs (process ${worker.split(' ')[0]})`
  if (worktrees.some((worktree) => worktree.path === path && existsSync(path))) return null
  if (readIfExists(join(path, '.git'))?.trim() === `gitdir: ${gitDir}`)
    return `git does not list it, but its directory is there: move your work away and delete it (rm -r ${path})`
  return null
}

function holdings({ ports, databases, aside = [] }: WorktreeRecord): string[] {
  return [
    ...Object.entries(ports?.ports ?? {}).map(([name, port]) => `${name}=${port}`),
    ...databases.map(({ role, resource }) => `database ${role} (${resource})`),
    ...aside.map(({ role, name, resource }) => `${name ? `snapshot ${name} of ` : ''}database ${role} (${resource})`),
  ]
}

/** As careful as the first time: what was forced then is asked for again. */
async function resumeRemoval({ repository, policy, session, dryRun }: Sweep, worktree: Worktree): Promise<Swept> {
  try {
    const { goes, kept } = await removeWorktree(repository, policy, worktree, session, { dryRun })
    return { removed: goes.map((what) => ({ what, why: 'its removal was interrupted' })), kept }
  } catch (error) {
    if (!(error instanceof LanekeeperError)) throw error
    return {
      removed: [],
      kept: [{ what: `worktree ${worktree.path}`, why: `its removal was interrupted. ${error.message}` }],
    }
  }
}
