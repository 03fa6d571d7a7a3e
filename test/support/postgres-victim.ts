/**
 * A provisioner that dies: bundled and started as a process of its own, it ends itself with SIGKILL after its n-th
 * write to the ledger, after its n-th SQL statement was answered, or as soon as the n-th that changes something was sent. The faults are put
 * around the ledger's writer and the client here; the product knows nothing of them.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import pg from 'pg'
import { provisionDatabases } from '../../scripts/system/databases/databases.ts'
import { destroyDatabase } from '../../scripts/system/databases/destroying.ts'
import type { DatabaseRecord, WorktreeRecord } from '../../scripts/system/ledger.ts'
import { readPolicy } from '../../scripts/system/policy-source.ts'
import { openRepository } from '../../scripts/system/repository.ts'

export interface Fault {
  readonly at: 'save' | 'answered' | 'sent'
  readonly n: number
}

export interface VictimJob {
  readonly worktree: string
  readonly record: WorktreeRecord
  /** File that stands for the ledger: the databases of the record, as JSON. */
  readonly ledger: string
  readonly action: 'provide' | 'destroy'
  readonly fault: Fault
}

const job: VictimJob = JSON.parse(readFileSync(0, 'utf8'))
const counts = { save: 0, answered: 0, sent: 0 }

const EFFECT = /^(CREATE|COMMENT|ALTER|GRANT|REVOKE|DROP)\b/

function reached(at: Fault['at']): boolean {
  counts[at]++
  return job.fault.at === at && counts[at] === job.fault.n
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}

const query = pg.Client.prototype.query as (...args: unknown[]) => Promise<unknown>
pg.Client.prototype.query = async function patched(this: pg.Client, ...args: unknown[]) {
  const answer = query.apply(this, args)
  // a question has no effect to be in the middle of; 2 ms are enough for the words to leave, and too little for a database to be made
  if (EFFECT.test(String(args[0])) && reached('sent')) setTimeout(die, 2)
  try {
    return await answer
  } finally {
    if (reached('answered')) die()
  }
} as typeof pg.Client.prototype.query

function save(databases: readonly DatabaseRecord[]): void {
  writeFileSync(job.ledger, JSON.stringify(databases))
  if (reached('save')) die()
}

const repository = openRepository(job.worktree, process.env)
if (job.action === 'provide') {
  const { databases, problems } = await provisionDatabases(repository, readPolicy(repository), job.record, save)
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  save(databases)
} else {
  for (const database of job.record.databases) {
    save([{ ...database, state: 'destroying' }])
    const { result } = await destroyDatabase(repository, job.record, database)
    if (result === 'refused') throw new Error('refused')
    save([])
  }
}
