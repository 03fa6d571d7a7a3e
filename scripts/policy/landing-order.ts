/** In which order tasks reach the base: migration owners first, in their turn, then what others depend on, then age. */
import { LanekeeperError } from './errors.ts'
import type { Task } from './task.ts'

/** A task that cannot land yet, and the tasks that must land before it. */
export interface BlockedTask {
  readonly task: Task
  readonly missing: readonly string[]
}

export interface LandingOrder {
  readonly order: readonly Task[]
  readonly blocked: readonly BlockedTask[]
}

/**
 * Orders the chosen tasks. A task comes after everything it depends on; where that leaves a choice, what a migration
 * owner needs comes first (every other branch has to stand on its migrations), of several owners whose turn it is, then
 * the older task.
 * @param chosen open tasks, in any order
 * @param landed ids of tasks that are on the base already
 * @param turns 0 for a task that holds a lease on migrations, then those who wait for it in their order
 * @throws `task-file` naming the cycle when tasks wait for each other
 */
export function landingOrder(
  chosen: readonly Task[],
  landed: ReadonlySet<string>,
  turns: ReadonlyMap<string, number> = new Map(),
): LandingOrder {
  const byUrgency = [...chosen].sort((a, b) => ownersThenTurn(a, b, turns) || byAge(a, b))
  const sorted = dependenciesFirst(byUrgency)
  const order: Task[] = []
  const blocked: BlockedTask[] = []
  for (const task of sorted) {
    const missing = task.dependsOn.filter((id) => !landed.has(id) && !order.some((earlier) => earlier.id === id))
    if (missing.length === 0) order.push(task)
    else blocked.push({ task, missing })
  }
  return { order, blocked }
}

function ownersThenTurn(a: Task, b: Task, turns: ReadonlyMap<string, number>): number {
  const turnOf = ({ id }: Task) => turns.get(id) ?? Number.MAX_SAFE_INTEGER
  const owners = Number(b.migrations !== null) - Number(a.migrations !== null)
  return owners || turnOf(a) - turnOf(b)
}

function byAge(a: Task, b: Task): number {
  return a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id)
}

/** Depth first: a task is written down once everything it depends on is. */
function dependenciesFirst(tasks: readonly Task[]): Task[] {
  const done = new Set<Task>()
  const visit = (task: Task, path: readonly Task[]): void => {
    if (done.has(task)) return
    if (path.includes(task)) throw cycle([...path.slice(path.indexOf(task)), task])
    for (const dependency of tasks.filter(({ id }) => task.dependsOn.includes(id))) visit(dependency, [...path, task])
    done.add(task)
  }
  for (const task of tasks) visit(task, [])
  return [...done]
}

function cycle(path: readonly Task[]): LanekeeperError {
  const ids = path.map(({ id }) => id)
  return new LanekeeperError('task-file', `These tasks wait for each other: ${ids.join(' → ')}.`, {
    hint: `Take one "depends-on" out: npx lanekeeper task edit ${ids[0]}`,
  })
}
