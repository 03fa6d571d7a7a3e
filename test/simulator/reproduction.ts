/** Makes a broken run smaller: fewer agents, no faults of the machine where they do not matter, fewer rounds. */
import { minimise, type Schedule } from './schedule.ts'
import { type Outcome, type Simulation, simulate } from './simulate.ts'

/**
 * The shortest run that still breaks an invariant. Timing is no seed's: a try that breaks nothing proves little, so only
 * what broke again is taken.
 * @param seconds how long to try
 * @param say hears of every shorter run that broke
 */
export async function smallest(
  simulation: Simulation,
  first: Outcome,
  seconds: number,
  say: (line: string) => void,
): Promise<Outcome> {
  const deadline = Date.now() + seconds * 1000
  const hasTime = () => Date.now() < deadline
  let best = first
  const breaks = async (schedule: Schedule) => {
    // a try takes as long as the run did
    const over = AbortSignal.timeout(Math.max(0, deadline - Date.now()))
    const signal = simulation.signal ? AbortSignal.any([simulation.signal, over]) : over
    const outcome = await simulate({ ...simulation, until: { schedule }, signal })
    if (outcome.broken.length === 0) return false
    best = outcome
    say(`breaks in ${outcome.steps} steps too`)
    return true
  }
  const agents = await minimise(simulation.agents, (names) => breaks(only(names, best.schedule)), hasTime)
  let rounds = only(agents, best.schedule)
  const quiet = rounds.map((round) => ({ ...round, hasFault: false }))
  if (hasTime() && (await breaks(quiet))) rounds = quiet
  await minimise(rounds, breaks, hasTime)
  return best
}

function only(names: readonly string[], schedule: Schedule): Schedule {
  return schedule.map((round) => ({ ...round, agents: round.agents.filter((name) => names.includes(name)) }))
}
