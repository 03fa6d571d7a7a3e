/** The bin: a lazy table of verbs. It parses, calls one verb, prints its answer and sets the exit status. */
import { parseArgs } from 'node:util'
import type { Command, Input, Option, Result, Session } from './command.ts'
import { EXIT, exitStatusOf, LanekeeperError } from './policy/errors.ts'
import { nearestWord } from './policy/nearest-word.ts'
import { VERSION } from './policy/version.ts'
import { createOutput, type Output, streamsOf, table } from './system/output.ts'

type Loader = () => Promise<{ command: Command }>

const VERBS: Readonly<Record<string, { summary: string; load: Loader }>> = {
  init: { summary: 'Adopt Lanekeeper in this repository', load: () => import('./init.ts') },
  install: { summary: 'Write and pin the trusted hooks (runs in "prepare")', load: () => import('./install.ts') },
  doctor: {
    summary: 'Tell whether everything is live in this worktree; --fix heals',
    load: () => import('./doctor.ts'),
  },
  uninstall: { summary: 'Leave: take out what init wrote', load: () => import('./uninstall.ts') },
  'new-task': { summary: 'Task, branch, worktree, provisioned and briefed', load: () => import('./new-task.ts') },
  'new-migration': { summary: 'A migration with the right number', load: () => import('./new-migration.ts') },
  'new-project': { summary: 'A small real project, already wired', load: () => import('./new-project.ts') },
  task: { summary: 'List, show, edit, widen, hand over or close tasks', load: () => import('./task.ts') },
  setup: { summary: 'Provision a worktree (ports, database, env, dependencies)', load: () => import('./setup.ts') },
  run: { summary: "Run a command with the worktree's env and strict port", load: () => import('./run.ts') },
  db: { summary: "The worktree's databases: url, reset, snapshot, restore, diff", load: () => import('./db.ts') },
  migration: { summary: 'Whose turn at the migrations: claim, release, status', load: () => import('./migration.ts') },
  remove: { summary: 'Take a worktree away with all it holds', load: () => import('./remove.ts') },
  gc: { summary: 'Sweep what vanished worktrees left behind', load: () => import('./gc.ts') },
  launch: { summary: 'Start agents, one tmux window per task', load: () => import('./launch.ts') },
  status: { summary: 'What every worktree is and does', load: () => import('./status.ts') },
  check: { summary: 'The verdict on a branch (exit 0 or 1)', load: () => import('./check.ts') },
  review: { summary: 'The evidence page of a task', load: () => import('./review.ts') },
  land: { summary: 'Land tasks in order, tested before the base moves', load: () => import('./land.ts') },
  sync: { summary: 'Exchange tasks and leases with other machines', load: () => import('./sync.ts') },
  audit: { summary: 'Every widening, override and handoff: who, when, why', load: () => import('./audit.ts') },
  accept: { summary: 'Accept what moved the base without a verdict', load: () => import('./accept.ts') },
  hook: { summary: 'Run one of our git hooks (called by .husky/*)', load: () => import('./hook.ts') },
  'agent-hook': { summary: "Answer a coding agent's hook", load: () => import('./agent-hook.ts') },
  demo: { summary: 'See it all work in a temporary project', load: () => import('./demo.ts') },
}

async function main(argv: readonly string[], world: NodeJS.Process): Promise<number> {
  const words = withoutHandedOnDashes(argv)
  const json = words.slice(0, endOfOptions(words)).includes('--json')
  const out = createOutput(streamsOf(world), { json })
  try {
    const [verb, ...rest] = words
    if (verb === undefined || verb === '--help' || verb === '-h' || verb === 'help') return showHelp(out, rest[0])
    if (verb === '--version' || verb === '-v') return answer(out, VERSION)
    return await runVerb(verb, rest, world, out)
  } catch (error) {
    return report(error, out)
  }
}

/** `pnpm run new-task -- --title …` hands on the `--` too; only `run` has words after it. */
function withoutHandedOnDashes(argv: readonly string[]): readonly string[] {
  return argv[1] === '--' && argv[0] !== 'run' ? [...argv.slice(0, 1), ...argv.slice(2)] : argv
}

/** `run -- cmd --json` hands --json to cmd. */
function endOfOptions(argv: readonly string[]): number {
  const at = argv.indexOf('--')
  return at === -1 ? argv.length : at
}

async function runVerb(verb: string, argv: readonly string[], world: NodeJS.Process, out: Output): Promise<number> {
  const entry = VERBS[verb]
  if (!entry) throw noSuchVerb(verb)
  const { command } = await entry.load()
  if (argv.slice(0, endOfOptions(argv)).some((word) => word === '--help' || word === '-h'))
    return answer(out, helpOf(verb, command))
  const input = parse(verb, command, argv)
  return print(await command.run(input, openSession(world, out, input)), out)
}

function noSuchVerb(verb: string): LanekeeperError {
  const meant = nearestWord(verb, Object.keys(VERBS))
  const guess = meant === null ? '' : `Did you mean: npx lanekeeper ${meant}\n`
  return new LanekeeperError('usage', `There is no verb "${verb}".`, {
    hint: `${guess}All verbs: npx lanekeeper --help`,
  })
}

function openSession(world: NodeJS.Process, out: Output, input: Input): Session {
  return {
    cwd: world.cwd(),
    env: world.env,
    out,
    // asked by few verbs: opening stdin loads a fifth of Node's own library
    get isInteractive() {
      const mayAsk = !out.isJson && input.values.yes !== true
      return mayAsk && world.stdin.isTTY === true && world.stderr.isTTY === true
    },
    confirm: async (question) => (await import('./system/ask.ts')).ask(question),
  }
}

function parse(verb: string, command: Command, argv: readonly string[]): Input {
  const end = endOfOptions(argv)
  const options: NonNullable<Parameters<typeof parseArgs>[0]>['options'] = { json: { type: 'boolean' } }
  for (const [name, { type, multiple, short }] of Object.entries(command.options))
    options[name] = { type, ...(multiple ? { multiple } : {}), ...(short ? { short } : {}) }
  try {
    const { values, positionals } = parseArgs({ args: argv.slice(0, end), options, allowPositionals: true })
    const [least, most] = command.positionals
    if (positionals.length < least || positionals.length > most)
      throw new Error(`expected ${least === most ? least : `${least} to ${most}`} word(s), got ${positionals.length}`)
    return { values: values as Input['values'], positionals, rest: argv.slice(end + 1) }
  } catch (cause) {
    const message = (cause as Error).message.split('. To specify')[0] ?? ''
    const unknown = /^Unknown option '--(.+)'/.exec(message)?.[1]
    const meant = unknown === undefined ? null : nearestWord(unknown, Object.keys(options))
    throw new LanekeeperError('usage', `lanekeeper ${verb}: ${message}.`, {
      hint: `${meant === null ? '' : `Did you mean: --${meant}\n`}Usage: lanekeeper ${verb} ${command.usage}\nMore: npx lanekeeper ${verb} --help`,
    })
  }
}

function print(result: Result, out: Output): number {
  if (out.isJson) out.answer(JSON.stringify(result.json, null, 2))
  else if (result.text !== '') out.answer(result.text)
  return result.exit ?? (result.json.ok ? EXIT.ok : EXIT.refused)
}

/** A person's mistake gets a sentence and the way on; only a bug of ours gets a stack trace. */
function report(error: unknown, out: Output): number {
  const status = exitStatusOf(error)
  const known = error instanceof LanekeeperError
  const message = error instanceof Error ? error.message : String(error)
  if (out.isJson) {
    const { code, hint } = known ? error : { code: 'bug', hint: undefined }
    out.answer(JSON.stringify({ ok: false, error: { code, message, ...(hint ? { hint } : {}) } }, null, 2))
  } else if (known) out.error(message, error.hint)
  else
    out.error(
      `A bug of ours: ${error instanceof Error ? error.stack : message}`,
      'Please report it with the lines above.',
    )
  return status
}

function showHelp(out: Output, verb?: string): Promise<number> | number {
  const entry = verb === undefined ? undefined : VERBS[verb]
  if (verb !== undefined && entry) return entry.load().then(({ command }) => answer(out, helpOf(verb, command)))
  return answer(
    out,
    [
      'lanekeeper keeps parallel coding agents in their lanes: a worktree, ports, database and scope for every task.',
      '',
      'Usage: lanekeeper <verb> [options]        lanekeeper <verb> --help',
      '',
      table(Object.entries(VERBS).map(([name, { summary }]) => [`  ${name}`, summary])),
      '',
      'Every verb takes --json. Exit status: 0 ok, 1 refused by policy, 2 usage or settings, 3 environment, 70 a bug of ours.',
      '',
      'Start:  npx lanekeeper init          then: npx lanekeeper new-task',
      'See it: npx lanekeeper demo',
    ].join('\n'),
  )
}

function helpOf(verb: string, command: Command): string {
  const options: Record<string, Option> = {
    ...command.options,
    json: { type: 'boolean', help: 'Print one JSON document' },
    help: { type: 'boolean', short: 'h', help: 'Show this' },
  }
  const rows = Object.entries(options).map(([name, option]) => {
    const short = option.short ? `-${option.short}, ` : ''
    const value = option.type === 'string' ? ` ${option.value ?? 'VALUE'}` : ''
    return [`  ${short}--${name}${value}`, `${option.help}${option.multiple ? ' (may be repeated)' : ''}`]
  })
  return [
    command.summary,
    '',
    `Usage: lanekeeper ${verb} ${command.usage}`.trimEnd(),
    '',
    'Options:',
    table(rows),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
  ].join('\n')
}

function answer(out: Output, text: string): number {
  out.answer(text)
  return EXIT.ok
}

void main(process.argv.slice(2), process).then((status) => {
  process.exitCode = status
})
