/** Leases on migrations, put and read directly in a throw-away repository. */
import { freeLease, type Lease } from '../../scripts/policy/migrations/lease.ts'
import { formatLease, LEASES, readLease } from '../../scripts/policy/migrations/lease-text.ts'
import type { Ran, TestRepository } from './repository.ts'

/** Settings where tasks take turns at each of these databases. */
export function leased(databases: readonly string[] = ['dev'], more: object = {}): Record<string, string> {
  const migrations = databases.map((database) => ({ database, paths: [`${database}-migrations`], ...more }))
  return { 'lanekeeper.json': JSON.stringify({ dependencies: 'none', test: '', migrations }) }
}

/** The lease on a database's migrations as its ref has it; null where nobody has claimed it. */
export function leaseNow(project: TestRepository, database = 'dev'): Lease | null {
  const { status, stdout } = project.tryGit(['cat-file', 'blob', `${LEASES}${database}`])
  return status === 0 ? readLease(stdout) : null
}

/** Puts a text in the place of the lease, whatever it says. */
export function putLease(project: TestRepository, text: string, database = 'dev'): void {
  const { stdout } = project.run('git', ['hash-object', '-w', '--stdin'], { cwd: project.root, input: text })
  project.git(['update-ref', '--create-reflog', '-m', 'put', `${LEASES}${database}`, stdout.trim()])
}

/** A lease that a task took so many hours ago. */
export function heldSince(task: string, hoursAgo: number, waiting: readonly string[] = [], fence = 1): string {
  const at = new Date(Date.now() - hoursAgo * 3_600_000).toISOString()
  const holder = { task, branch: `task/${task}`, host: 'elsewhere', acquiredAt: at, renewedAt: at }
  return formatLease({ ...freeLease(24), holder, fence, queue: waiting.map((one) => ({ task: one, since: at })) })
}

/** Runs `migration` and reads its document. */
export function migration(
  project: TestRepository,
  words: readonly string[],
  cwd = project.root,
): Ran & {
  readonly answer: Record<string, unknown> & { readonly error?: { code: string; message: string; hint?: string } }
} {
  const ran = project.lanekeeper(['migration', ...words, '--json'], { cwd })
  return { ...ran, answer: JSON.parse(ran.stdout) }
}
