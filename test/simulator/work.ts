/** An agent, and what a step has to do its work with. */
import type { Random } from './random.ts'
import type { Hands, Server, World } from './world.ts'

export interface Task {
  readonly id: string
  readonly path: string
  readonly ownsMigrations: boolean
}

export interface Agent {
  readonly name: string
  /** Its task now; null between two. */
  task: Task | null
  /** Commits in scope that it made for the task, oldest first. */
  commits: string[]
  /** Files that it wrote and did not commit yet: path in the worktree → text. */
  drafts: Map<string, string>
  /** Its dev server, while it runs. */
  server: Server | null
}

export interface Work {
  readonly world: World
  readonly agent: Agent
  readonly task: Task
  readonly hands: Hands
  readonly random: Random
}

export interface Step {
  /** How often it is drawn, against the others'. */
  readonly weight: number
  readonly name: string
  run(work: Work): Promise<unknown>
}

/** The end of a task's time: nothing of it is expected any more but its commits. */
export function endTask(agent: Agent): void {
  agent.task = null
  agent.drafts = new Map()
}

export async function forgetServer(agent: Agent): Promise<void> {
  await agent.server?.stop()
  agent.server = null
}
