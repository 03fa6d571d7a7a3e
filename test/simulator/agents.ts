/** Scripted agents: each has a task, does random steps in its worktree, and sometimes strays. */
import { existsSync } from 'node:fs'
import { DATA_STEPS } from './data-steps.ts'
import { GIT_STEPS } from './git-steps.ts'
import { ANYWHERE_STEPS, LIFE_STEPS, startTask } from './life-steps.ts'
import { randomOf } from './random.ts'
import { type Agent, forgetServer, type Step, type Work } from './work.ts'
import { handsOf, type World } from './world.ts'

const IN_WORKTREE: readonly Step[] = [...GIT_STEPS, ...DATA_STEPS, ...LIFE_STEPS, ...ANYWHERE_STEPS]

export function agentNamed(name: string): Agent {
  return { name, task: null, commits: [], drafts: new Map(), server: null }
}

/**
 * One step of an agent. Its choices depend on the seed, its name and the round alone.
 * @param faults probability of a command of ours to be killed
 * @returns the step's name
 */
export async function step(
  world: World,
  agent: Agent,
  { seed, faults }: { seed: number; faults: number },
): Promise<string> {
  const random = randomOf(seed, agent.name, world.round)
  const hands = handsOf(world, agent.name, {
    random: randomOf(seed, agent.name, world.round, 'injector'),
    probability: faults,
  })
  if (agent.task !== null && !existsSync(agent.task.path)) agent.task = null
  if (agent.task === null) {
    await forgetServer(agent)
    await startTask({ world, agent, hands, random })
    return 'start a task'
  }
  const work: Work = { world, agent, hands, random, task: agent.task }
  const { name, run } = drawn(random.below(IN_WORKTREE.reduce((sum, { weight }) => sum + weight, 0)))
  try {
    await run(work)
    return name
  } catch (error) {
    // what the machine refuses an agent (a full disk, a database that is away) it takes as any program would
    if (isMachines(error)) return `${name}: ${error}`
    throw error
  }
}

function drawn(at: number): Step {
  let left = at
  for (const step of IN_WORKTREE) {
    left -= step.weight
    if (left < 0) return step
  }
  throw new Error('no step was drawn')
}

/** Errors of node:fs, libsql and pg carry a code; a bug of the simulator does not. */
function isMachines(error: unknown): boolean {
  return error instanceof Error && ('code' in error || /Connection terminated/.test(error.message))
}
