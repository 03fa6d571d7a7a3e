/** `npm run simulate`: reads the flags, runs the simulation, and says what broke, how to see it again, and in how few steps. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { logOf, scriptOf } from './deeds.ts'
import { smallest } from './reproduction.ts'
import { SCRIPT_HEADER } from './script-header.ts'
import { type Outcome, type Simulation, simulate } from './simulate.ts'

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '4' },
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    faults: { type: 'string', default: '0.15' },
    'no-postgres': { type: 'boolean', default: false },
    'minimise-minutes': { type: 'string', default: '10' },
  },
})
const flags = `--agents ${values.agents} --minutes ${values.minutes} --seed ${values.seed} --faults ${values.faults}`
/** Ctrl-C ends the run after its round, and what it made goes as ever. */
const stop = new AbortController()
const simulation: Simulation = {
  agents: Array.from({ length: Number(values.agents) }, (_, index) => `agent${index + 1}`),
  until: { seconds: Number(values.minutes) * 60 },
  seed: Number(values.seed),
  faults: Number(values.faults),
  withPostgres: !values['no-postgres'],
  cli: join(import.meta.dirname, 'cli.cjs'),
  project: join(import.meta.dirname, '..'),
  signal: stop.signal,
}
const started = Date.now()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort())
const outcome = await simulate(simulation)
say(`seed ${values.seed}: ${summaryOf(outcome)} in ${Math.round((Date.now() - started) / 1000)} s`)
const name = join(import.meta.dirname, `simulation-${values.seed}`)
writeFileSync(`${name}.log`, `${logOf(outcome.deeds)}\n\n${outcome.broken.join('\n')}\n`)
if (outcome.broken.length > 0) {
  say(`${outcome.broken.join('\n')}\nThe commands: ${name}.log\nAgain: npm run simulate -- ${flags}`)
  const fewest = await smallest(simulation, outcome, Number(values['minimise-minutes']) * 60, say)
  writeFileSync(`${name}.sh`, scriptOf(fewest.deeds, fewest.places, SCRIPT_HEADER), { mode: 0o755 })
  say(`The shortest that broke: ${summaryOf(fewest)}\n${fewest.broken.join('\n')}\nAs a script: ${name}.sh`)
  process.exitCode = 1
}

function summaryOf({ steps, schedule, faults, broken }: Outcome): string {
  const injected = Object.values(faults).reduce((sum, count) => sum + count, 0)
  const kinds = Object.entries(faults).map(([kind, count]) => `${count} ${kind}`)
  return `${steps} steps of ${values.agents} agents in ${schedule.length} rounds, ${injected} faults (${kinds.join(', ')}), ${broken.length} invariants broken`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
