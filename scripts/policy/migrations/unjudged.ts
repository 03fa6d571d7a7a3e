/**
 * What a check of a range cannot know of migrations. Two requests that take one version are both green until one of them has
 * landed (policy.md section 1, evidence 16), so a job says what it looked at and what it did not.
 */
import type { Task } from '../task.ts'

/** A sentence each; none where the range brings nothing to migrations. */
export function unjudgedMigrations({
  databases,
  unseen,
  unleased,
  base,
}: {
  /** Of which the range brings migrations or their sources. */
  readonly databases: readonly string[]
  /** Other open tasks that own migrations of them, whose branches nobody has here. */
  readonly unseen: readonly Pick<Task, 'id' | 'branch' | 'migrations'>[]
  /** Of these no lease is known here. */
  readonly unleased: readonly string[]
  readonly base: string
}): string[] {
  if (databases.length === 0) return []
  const names = databases.map((database) => `"${database}"`).join(', ')
  return [
    ...unleased.map(
      (database) =>
        `No lease on the migrations of "${database}" is known here. Where a task holds one: git push origin '+refs/lanekeeper/leases/*'`,
    ),
    ...unseen.map(
      ({ id, branch, migrations }) =>
        `Task "${id}" owns migrations of "${migrations}" too, and its branch ${branch} is not here: what it adds was not compared.`,
    ),
    `The migrations of ${names} were compared as files with ${base} and the branches of open tasks. They were not run (land does that), and a branch of no task was not looked at: who lands second is judged against ${base} as it is then.`,
  ]
}
