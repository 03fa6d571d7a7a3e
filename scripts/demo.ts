/** `demo`: the whole way on a throw-away project, with real commands, as a transcript. Touches nothing of the user's. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, flag } from './command.ts'
import { type DemoStep, demoStory } from './policy/adoption/demo-story.ts'
import { LanekeeperError } from './policy/errors.ts'
import { commandLine } from './policy/shell-quote.ts'
import { makeDemoPlace, removeDemoPlace } from './system/demo-place.ts'
import { holdingInterrupts } from './system/interrupt.ts'
import type { Output } from './system/output.ts'
import { packageRoot } from './system/own-package.ts'
import { runProgram } from './system/shell.ts'

interface Stage {
  readonly dir: string
  readonly env: NodeJS.ProcessEnv
  readonly out: Output
  /** The directory of the last command, for `cd` lines. */
  at: string
}

export const command: Command = {
  summary: 'Shows the whole way in a temporary project: three tasks, a refused merge, two landings, the clean-up.',
  usage: '[--keep]',
  options: { keep: { type: 'boolean', help: 'Leave the project there, to look around' } },
  positionals: [0, 0],
  examples: ['npx lanekeeper demo', 'npx lanekeeper demo --keep'],
  run: async (input, session) => {
    const place = makeDemoPlace(packageRoot(), session.env)
    const stage: Stage = { ...place, out: session.out, at: '.' }
    const keep = flag(input, 'keep')
    try {
      const steps = await holdingInterrupts((wasInterrupted) => play(stage, wasInterrupted))
      const text = keep ? `\nKept: cd ${join(place.dir, 'notes')}` : `\nThe demo's folder ${place.dir} is removed.`
      return { json: { ok: true, steps, folder: keep ? place.dir : null }, text }
    } finally {
      if (!keep) removeDemoPlace(place.dir)
    }
  },
}

async function play(stage: Stage, wasInterrupted: () => boolean) {
  const played: { command: string; status: number; output: string }[] = []
  for (const step of demoStory) {
    if (wasInterrupted()) throw new LanekeeperError('set-up', 'Stopped.')
    if ('run' in step) played.push(await runStep(stage, step))
    else showStep(stage, step)
  }
  return played
}

async function runStep(stage: Stage, step: Extract<DemoStep, { run: unknown }>) {
  if (step.in !== stage.at) print(stage, `$ cd ${join('~', step.in)}`)
  stage.at = step.in
  const shown = commandLine(step.run)
  print(stage, `$ ${shown}`)
  const [first = '', ...rest] = step.run
  // npx would ask a registry where the package is not installed; this is what it would start
  const words =
    first === 'npx' ? [process.execPath, join(packageRoot(), 'dist', 'cli.cjs'), ...rest.slice(1)] : step.run
  const { status, output } = await runProgram(words, { cwd: join(stage.dir, step.in), env: stage.env })
  const text = output.trimEnd().replaceAll(stage.dir, '~')
  if (text !== '') print(stage, text)
  print(stage, step.status === 0 ? '' : `(exit status ${status})\n`)
  if (status === step.status) return { command: shown, status, output: text }
  throw new LanekeeperError(
    'set-up',
    `The demo expected status ${step.status} of: ${shown}. It was ${status}.\n${text}`,
    {
      hint: 'See what is there: npx lanekeeper demo --keep',
    },
  )
}

function showStep(stage: Stage, step: Exclude<DemoStep, { run: unknown }>): void {
  if ('say' in step) {
    print(stage, `# ${step.say}`)
    return
  }
  const write = (path: string, put: typeof appendFileSync, text: string) => {
    put(join(stage.dir, step.in, path), text)
    print(stage, `  … writes ${path}`)
  }
  if ('append' in step) write(step.to, appendFileSync, step.append)
  else for (const [path, text] of Object.entries(step.write)) write(path, writeFileSync, text)
}

function print({ out }: Stage, text: string): void {
  if (out.isJson) return
  out.answer(text.startsWith('$') || text.startsWith('#') ? out.paint('bold', text) : text)
}
