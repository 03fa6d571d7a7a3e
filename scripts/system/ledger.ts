/**
 * The ledger: one file per worktree under `<common>/lanekeeper/worktrees/`, written before an effect and until the effect
 * is proved gone. It outlives the worktree, so `gc` finds what a kill -9 or an `rm -rf` left behind.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DoneCommands } from '../policy/databases/migrate-commands.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { readJsonIfExists, writeAtomically } from './files.ts'
import type { Repository } from './repository.ts'

export const STEPS = ['identity', 'ports', 'databases', 'env', 'docs', 'dependencies', 'migrate', 'setup'] as const
export type StepName = (typeof STEPS)[number]
/** `skipped` is an answer (nothing to do here), `pending` work that is still to come. */
export type StepState = 'pending' | 'done' | 'skipped' | 'failed'
/** What a person sees: a failed or unfinished set-up never looks like a good worktree. */
export type ProvisioningState = 'pending' | 'ready' | 'failed'

export interface Step {
  readonly state: StepState
  /** Why it failed or was skipped. */
  readonly message?: string
  /** Of `migrate`: what went well already, so that trying again does not seed twice. */
  readonly done?: DoneCommands
}

/** planned (before any effect) → created → ready → destroying (before the drop); `failed` keeps the reason. */
export type DatabaseState = 'planned' | 'created' | 'ready' | 'destroying' | 'failed'

export interface DatabaseRecord {
  readonly role: string
  readonly provider: string
  readonly state: DatabaseState
  readonly nonce: string
  /** What holds the data, as a person would name it: a file's path, `host:port/database`. Never a password. */
  readonly resource: string
  /** Where it was forked from, in the same words. */
  readonly source: string
  /** The URL in the same form as the source's; where it needs a password, without it (`databases/values.ts` has it). */
  readonly url: string
  readonly vars: readonly string[]
  /** Values of variables whose source writes the same database in another form than `url`. */
  readonly urls?: Readonly<Record<string, string>>
  /** It was made without content, so the seeds are to run. */
  readonly isEmpty?: boolean
  /** Proof of ownership for files: device, inode and birth time. */
  readonly mark?: string
  /** What its provider needs to find it again: ids, names, hosts. Never a secret. */
  readonly details?: Readonly<Record<string, string>>
  readonly message?: string
}

/**
 * A database of the worktree's that no variable names: a snapshot under the name a person gave it, or without a name one
 * that is on its way in or out. What has no name, or is not ready, is left over from an interrupted command and goes.
 */
export interface AsideRecord extends DatabaseRecord {
  readonly name?: string
  readonly createdAt: string
}

export interface PortBlock {
  /** First port of the block. */
  readonly first: number
  readonly size: number
  /** Variable → port. */
  readonly ports: Readonly<Record<string, number>>
  /** The lease file that proves the block is ours. */
  readonly lease: string
}

/** What a removal still has to do once the worktree is gone; written before its first effect. */
export interface RemovalIntent {
  /** The branch to delete, while it still stands on this commit; null keeps it. */
  readonly branch: string | null
  readonly tip: string
  /** What becomes of the worktree's open task; null where it has none. */
  readonly outcome: { readonly task: string; readonly state: 'landed' | 'closed' } | null
  /** What tells the worktree's directory from any later one in its place. */
  readonly directory?: string
}

export interface Problem {
  readonly step: StepName
  readonly message: string
  readonly hint?: string
}

export interface WorktreeRecord {
  readonly id: string
  readonly clone: string
  readonly path: string
  readonly gitDir: string
  readonly branch: string | null
  readonly task: string | null
  readonly steps: Readonly<Partial<Record<StepName, Step>>>
  readonly ports: PortBlock | null
  readonly databases: readonly DatabaseRecord[]
  /** Snapshots, and databases that are on their way in or out. */
  readonly aside?: readonly AsideRecord[]
  readonly problems: readonly Problem[]
  /** Env files that hold a block of ours, from the worktree's root; the first of the settings is the first here. */
  readonly envFiles?: readonly string[]
  /** Process that is working on it detached, as lock owners write themselves; null when none. */
  readonly worker: string | null
  /** Set from the moment a removal was decided until nothing is left; `gc` finishes what a kill interrupted. */
  readonly removal?: RemovalIntent
  readonly createdAt: string
  readonly updatedAt: string
}

/** Whether the worktree may be used: every step answered, none of them badly. */
export function stateOf(record: Pick<WorktreeRecord, 'steps'>): ProvisioningState {
  const states = STEPS.map((name) => record.steps[name]?.state ?? absent(name, record.steps))
  if (states.includes('failed')) return 'failed'
  return states.includes('pending') ? 'pending' : 'ready'
}

/** What a step that went well has to say about the databases (nothing to fork, a fork that is ahead of the branch). */
export function notesOf({ steps: { databases } }: Pick<WorktreeRecord, 'steps'>): string[] {
  return databases?.state === 'done' && databases.message !== undefined ? databases.message.split('\n') : []
}

/** A record of before there was `migrate` has an answer to `setup` and none to it: it is not waiting for one. */
function absent(name: StepName, steps: WorktreeRecord['steps']): StepState {
  return name === 'migrate' && steps.setup !== undefined ? 'skipped' : 'pending'
}

function ledgerDir(repository: Repository): string {
  return join(repository.stateDir, 'worktrees')
}

/** The record of one worktree, or null. */
export function readRecord(repository: Repository, id: string): WorktreeRecord | null {
  return readJsonIfExists<WorktreeRecord>(join(ledgerDir(repository), `${id}.json`))
}

/** Every record, of live and of vanished worktrees, by their ids. */
export function readLedger(repository: Repository): WorktreeRecord[] {
  mkdirSync(ledgerDir(repository), { recursive: true })
  return readdirSync(ledgerDir(repository))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readJsonIfExists<WorktreeRecord>(join(ledgerDir(repository), name)))
    .filter((record) => record !== null)
}

/** Records of worktrees whose directory is gone, and of which something may be left; a locked one may be on a disk that is away. */
export function vanishedRecords(repository: Repository): WorktreeRecord[] {
  if (!existsSync(repository.stateDir)) return []
  return readLedger(repository).filter(
    ({ path, gitDir }) => !existsSync(gitDir) || !(existsSync(path) || existsSync(join(gitDir, 'locked'))),
  )
}

/** Writes a record down, with the time; gives back what was written. */
export function writeRecord(repository: Repository, record: WorktreeRecord): WorktreeRecord {
  const written = { ...record, updatedAt: new Date().toISOString() }
  // one that names nothing yet takes nothing with it in a power cut; waiting for the disk is 3 ms of a hook
  const durable = record.ports !== null || record.databases.length > 0
  writeAtomically(join(ledgerDir(repository), `${record.id}.json`), `${JSON.stringify(written, null, 2)}\n`, {
    durable,
  })
  return written
}

/**
 * Writes a change of a worktree's record down; the caller holds the worktree's lock.
 * @throws `usage` where the worktree has no record (any more)
 */
export function changeRecord(
  repository: Repository,
  id: string,
  change: (record: WorktreeRecord) => WorktreeRecord,
): WorktreeRecord {
  const record = readRecord(repository, id)
  if (record) return writeRecord(repository, change(record))
  throw new LanekeeperError('usage', `The ledger has no worktree ${id}.`, {
    hint: 'Provision it: npx lanekeeper setup',
  })
}

/** Forgets a worktree; only after everything it names is proved gone. */
export function removeRecord(repository: Repository, id: string): void {
  rmSync(join(ledgerDir(repository), `${id}.json`), { force: true })
}
