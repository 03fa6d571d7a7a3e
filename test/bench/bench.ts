/**
 * `npm run bench [-- --quick] [-- --json] [-- --only TEXT] [-- --peer NAME=PATH]`: what Lanekeeper costs, each row against
 * the same command without it, and beside other tools, in one run on one machine. Ratios, not milliseconds, are what can
 * be compared.
 */
import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { forkRow } from './databases.ts'
import { checkRow, hookRow } from './decisions.ts'
import { everydayRows, fetchRow, rebaseRow } from './git-commands.ts'
import { type Measured, measure, type Row } from './measure.ts'
import { namedPeers } from './peer-tools.ts'
import { peerRows } from './peers.ts'
import { openPlace, type Place } from './place.ts'
import { distinctLeases, leaseAt, leaseRow } from './ports.ts'
import { postgresRows } from './postgres.ts'
import { addRow, newTasksRow, statusRow } from './worktrees.ts'

const ROUNDS = 15
const QUICK_ROUNDS = 3

/** Programs of other tools that the caller named. */
type Peers = ReadonlyMap<string, string>

/** Title (what --only looks in) → rows; each is prepared only when its turn comes. */
const SUBJECTS: Readonly<Record<string, (place: Place, peers: Peers) => Row[] | Promise<Row[]>>> = {
  everyday: everydayRows,
  rebase: (place) => [rebaseRow(place)],
  fetch: (place) => [fetchRow(place)],
  hook: (place) => [hookRow(place)],
  add: (place) => [addRow(place)],
  'new-task': (place) => [newTasksRow(place)],
  status: (place) => [statusRow(place)],
  'check-10': (place) => [checkRow(place, 10, 2)],
  'check-1000': (place) => [checkRow(place, 1000, 2.5)],
  'check-50000': (place) => [checkRow(place, 50_000, 8)],
  'sqlite-10': (place) => [forkRow(place, 10)],
  'sqlite-100': (place) => [forkRow(place, 100)],
  postgres: postgresRows,
  lease: (place) => [leaseRow(place)],
  peers: peerRows,
}

async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === '--lease') {
    process.stdout.write(await leaseAt(argv[1] ?? '', Number(argv[2])))
    return 0
  }
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean' },
      json: { type: 'boolean' },
      only: { type: 'string' },
      peer: { type: 'string', multiple: true },
    },
  })
  const peers = namedPeers(values.peer ?? [])
  const rows = await measureAll(values.only ?? '', peers, values.quick ? QUICK_ROUNDS : ROUNDS, values.json === true)
  const ok = rows.length > 0 && rows.every((row) => row.ok)
  if (values.json) process.stdout.write(`${JSON.stringify({ ok, machine: machine(), rows }, null, 2)}\n`)
  return ok ? 0 : 1
}

async function measureAll(only: string, peers: Peers, rounds: number, isJson: boolean): Promise<Measured[]> {
  const say = (line: string) => (isJson ? process.stderr : process.stdout).write(`${line}\n`)
  say(
    Object.entries(machine())
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  )
  const measured: Measured[] = []
  const add = (row: Measured) => {
    measured.push(row)
    say(row.limit === null ? tableOf(row) : lineOf(row))
  }
  for (const [title, prepare] of Object.entries(SUBJECTS).filter(([name]) => name.includes(only)))
    await inPlace(async (place) => {
      for (const row of await prepare(place, peers)) add(await measure(row, rounds))
      if (title === 'lease') add(await distinctLeases(place))
    }).catch((error: Error) => add(failed(title, error)))
  return measured
}

async function inPlace(work: (place: Place) => Promise<void>): Promise<void> {
  const place = openPlace()
  try {
    await work(place)
  } finally {
    place.remove()
  }
}

/** A row that could not be measured has missed its goal. */
function failed(title: string, error: Error): Measured {
  return {
    name: `${title}: ${error.message.trim().split('\n').slice(0, 3).join(' ')}`,
    value: Number.NaN,
    limit: 0,
    unit: '',
    ok: false,
    arms: {},
    rounds: 0,
  }
}

/** Tools side by side, a line for each, in bare git's time where it was measured. */
function tableOf({ name, arms, outcomes = {}, rounds }: Measured): string {
  const lineFor = (tool: string) => {
    const [ms, outcome = ''] = [arms[tool], outcomes[tool]]
    if (ms === undefined) return `${tool.padEnd(16)} ${outcome}`
    return `${tool.padEnd(16)} ${ms.toFixed(ms < 10 ? 1 : 0).padStart(6)} ms  ×${(ms / (arms.git ?? 1)).toFixed(1).padStart(6)}  ${outcome}`
  }
  const tools = new Set([...Object.keys(arms), ...Object.keys(outcomes)])
  return [`· ${name}, ${rounds} rounds`, ...[...tools].map((tool) => `    ${lineFor(tool)}`.trimEnd())].join('\n')
}

function lineOf({ name, value, limit, unit, ok, arms }: Measured): string {
  if (Number.isNaN(value)) return `✗ ${name}`
  const times = Object.entries(arms).map(([arm, ms]) => `${arm} ${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`)
  return `${ok ? '✓' : '✗'} ${name.padEnd(50)} ${value.toFixed(2).padStart(6)}  goal ≤ ${limit} ${unit}   ${times.join(', ')}`
}

function machine(): Record<string, string | number> {
  return {
    node: process.version,
    cores: availableParallelism(),
    load: loadavg()[0]?.toFixed(1) ?? '?',
    NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS ? 'set here, taken out for every measurement' : 'unset',
  }
}

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  return 2
})
