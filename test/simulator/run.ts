/** `npm run simulate`: reads the flags, runs the simulation, and says what broke and how to see it again. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { simulate } from './simulate.ts'

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '4' },
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    faults: { type: 'string', default: '0.15' },
  },
})
const [agents, minutes, seed, faults] = [values.agents, values.minutes, values.seed, values.faults].map(Number)
const project = join(import.meta.dirname, '..')
const cli = join(import.meta.dirname, 'cli.cjs')
const started = Date.now()
const outcome = await simulate({
  agents: agents ?? 4,
  seconds: (minutes ?? 1) * 60,
  seed: seed ?? 1,
  faults: faults ?? 0.15,
  cli,
  project,
})
const seconds = Math.round((Date.now() - started) / 1000)
process.stdout.write(
  `seed ${seed}: ${outcome.steps} steps of ${agents} agents in ${seconds} s, ${outcome.faults} commands killed, ${outcome.broken.length} invariants broken\n`,
)
const file = join(import.meta.dirname, `simulation-${seed}.log`)
writeFileSync(file, `${outcome.trace.join('\n')}\n\n${outcome.broken.join('\n')}\n`)
if (outcome.broken.length > 0) {
  process.stdout.write(
    `${outcome.broken.join('\n')}\nThe commands: ${file}\nAgain: npm run simulate -- --agents ${agents} --minutes ${minutes} --seed ${seed} --faults ${faults}\n`,
  )
  process.exitCode = 1
}
