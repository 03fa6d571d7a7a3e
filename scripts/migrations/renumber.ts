/** `migration renumber`: another task landed migrations first; ours get versions behind them, with all that mentions them. */
import { flag, type Input, type Result, type Session } from '../command.ts'
import { reset } from '../databases/change.ts'
import { enter } from '../entrance.ts'
import { LanekeeperError } from '../policy/errors.ts'
import {
  type MigrationFile,
  type MigrationSet,
  migrationFileOf,
  migrationSets,
} from '../policy/migrations/migration-set.ts'
import { mentioning, type Renumbered, renumbered } from '../policy/migrations/renumbering.ts'
import type { Policy } from '../policy/policy.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { mergeBaseOf } from '../system/history.ts'
import { migrationsAt, migrationsIn, moveFile, pathsAt, pathsIn, rewriteFile } from '../system/migration-files.ts'
import type { Repository } from '../system/repository.ts'
import { assertNotApplied } from './applied.ts'
import { agentsTaskHere } from './task.ts'

interface Plan {
  readonly set: MigrationSet
  readonly renames: readonly Renumbered[]
}

interface Done {
  readonly renames: readonly { readonly from: string; readonly to: string }[]
  /** Other files that said the old version or name. */
  readonly edited: readonly string[]
  /** What only the project's own tool can make again. */
  readonly commands: readonly string[]
}

/** In the worktree of the task, or in any other that is not the main one. */
export async function renumber(input: Input, session: Session): Promise<Result> {
  const { repository, policy } = enter(session, { alarms: false })
  const [isDry, isReset] = [flag(input, 'dry-run'), flag(input, 'reset')]
  const plans = plansOf(repository, policy)
  for (const plan of plans) refuseSnapshots(plan, repository, policy)
  for (const plan of isReset ? [] : plans) await assertNotApplied(repository, policy, plan.set.database, plan.renames)
  const done = plans.map((plan) => apply(plan, repository, isDry))
  const databases = [...new Set(plans.map(({ set }) => set.database))]
  for (const role of isReset ? databases : [])
    session.out.note((await reset({ ...input, positionals: ['reset', role] }, session)).text)
  return answer(done, isDry)
}

/** Only what is out of place moves; sets where nothing is have no plan. */
function plansOf(repository: Repository, policy: Policy): Plan[] {
  const task = agentsTaskHere(repository, policy)
  if (task === null || policy.baseTip === null)
    throw new LanekeeperError('usage', 'This is no worktree of an open task.', {
      hint: 'Run it in the worktree of the task whose migrations come too early: npx lanekeeper status',
    })
  return migrationSets(policy.settings)
    .filter(({ database }) => database === task.migrations)
    .map((set) => ({ set, renames: renamesOf(set, repository, policy.baseTip ?? '') }))
    .filter(({ renames }) => renames.length > 0)
}

function renamesOf(set: MigrationSet, { git }: Repository, baseTip: string): Renumbered[] {
  const known = migrationsAt(git, baseTip, set)
  const landed = new Set(known.map(({ path }) => path))
  const here = migrationsIn(git, set)
  const own = here.filter(({ path }) => !landed.has(path))
  // made from a snapshot that is the newest no more, whatever the numbers say
  if (isMadeAnew(set)) return hasMoved(here, known) ? own.map((file) => ({ from: file, to: file })) : []
  const units = [...new Set(own.map(({ unit }) => unit))]
  const within = (files: readonly MigrationFile[], unit: string) => files.filter((file) => file.unit === unit)
  return units.flatMap((unit) => renumbered(set, within(own, unit), within(known, unit), new Date()))
}

function isMadeAnew({ tool }: MigrationSet): boolean {
  return tool.hasSnapshots || tool.order === 'graph' || tool.order === 'journal'
}

/** Whether the base has got migrations since this branch has seen it last. */
function hasMoved(here: readonly MigrationFile[], known: readonly MigrationFile[]): boolean {
  const seen = new Set(here.map(({ path }) => path))
  return known.some(({ path }) => !seen.has(path))
}

/** Renaming one would leave its snapshot, made from a schema that the base has no more: the tool makes it anew. */
function refuseSnapshots({ set, renames }: Plan, repository: Repository, policy: Policy): void {
  const { tool } = set
  if (!isMadeAnew(set)) return
  const old = [...new Set(renames.map(({ from }) => from.path))].join(', ')
  const ways = tool.order === 'graph' ? waysOfGraph(policy) : waysOfSnapshots(set, repository, policy)
  throw new LanekeeperError(
    'refused',
    `${tool.title} keeps more of a migration than its name: ${old} is made anew, not renamed.`,
    { hint: ways.join('\n') },
  )
}

function waysOfGraph({ base }: Policy): string[] {
  return [
    commandLine(['git', 'merge', base]),
    'let it depend on the newest one of the base (dependencies, down_revision), and give the file the next number',
  ]
}

/** Back to where the branch began, then the base, then the tool once more: what it generates fits what is there. */
function waysOfSnapshots(set: MigrationSet, { git }: Repository, { base }: Policy): string[] {
  const start = mergeBaseOf(git, base, 'HEAD') ?? 'HEAD'
  const atStart = new Set(pathsAt(git, start, set))
  const own = pathsIn(git, set).filter((path) => !atStart.has(path))
  const changed = new Set(git.nul(['diff', '--name-only', '-z', '--no-renames', start, '--']))
  const journals = [...atStart].filter((path) => changed.has(path) && migrationFileOf(set, path) === null)
  return [
    commandLine(['rm', '-f', '--', ...own]),
    ...(journals.length > 0 ? [commandLine(['git', 'checkout', start.slice(0, 12), '--', ...journals])] : []),
    'git add -A && git commit -m "Take the migration back, to make it anew"',
    commandLine(['git', 'merge', base]),
    'npx lanekeeper new-migration --name "…"',
    `where the worktree's database has run the old one: ${commandLine(['npx', 'lanekeeper', 'db', 'reset', set.database])}`,
  ]
}

function apply({ set, renames }: Plan, { git, root }: Repository, isDry: boolean): Done {
  const { mentions } = set.tool
  const own = mentions.filter((mention) => mention.in === 'itself')
  const shared = mentions.filter((mention) => mention.in !== 'itself')
  const edited: string[] = []
  for (const rename of isDry ? [] : renames) {
    moveFile(git, root, rename.from.path, rename.to.path)
    rewriteFile(root, rename.to.path, (text) => mentioning(text, rename, own))
  }
  for (const mention of shared) {
    const files = pathsIn(git, set).filter((path) => mention.in instanceof RegExp && mention.in.test(path))
    for (const path of isDry ? [] : files) {
      const change = (text: string) => renames.reduce((now, rename) => mentioning(now, rename, [mention]), text)
      if (rewriteFile(root, path, change)) edited.push(path)
    }
  }
  const commands = shared.flatMap(({ remedy }) => (Array.isArray(remedy) ? [commandLine(remedy)] : []))
  return {
    renames: renames.map(({ from, to }) => ({ from: from.path, to: to.path })),
    edited,
    commands: [...new Set(commands)],
  }
}

function answer(done: readonly Done[], isDry: boolean): Result {
  const renames = done.flatMap((one) => one.renames)
  const [edited, commands] = [done.flatMap((one) => one.edited), done.flatMap((one) => one.commands)]
  if (renames.length === 0)
    return {
      json: { ok: true, renames },
      text: 'Nothing to renumber: every migration here comes after those of the base.',
    }
  return {
    json: { ok: true, ...(isDry ? { dryRun: true } : {}), renames, edited, commands },
    text: [
      ...renames.map(({ from, to }) => `${isDry ? 'Would rename' : 'Renamed'} ${from} → ${to}`),
      ...edited.map((path) => `Changed ${path}`),
      ...commands.map((command) => `▲ A shared file has to be made anew: ${command}`),
      ...(isDry ? [] : ['Then: git add -A && git commit -m "Renumber migrations"']),
    ].join('\n'),
  }
}
