/** The end of a run: what a person does in the evening, after which nothing may be left over. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { brokenNow, type Entry, ledgerOf } from './invariants.ts'
import { DECOYS } from './stage.ts'
import { type Agent, forgetServer } from './work.ts'
import { type Hands, must, queryPostgres, querySqlite, type World } from './world.ts'

/** Everybody goes home; set-ups are finished, what cannot be is taken away, and the repository is swept. */
export async function settled(world: World, agents: readonly Agent[], hands: Hands): Promise<string[]> {
  for (const agent of agents) await forgetServer(agent)
  for (const path of await linkedWorktrees(hands))
    if ((await hands.lanekeeper(['setup', path, '--wait'])).status !== 0)
      await hands.lanekeeper(['remove', path, '--force-locked', '--force-dirty', '--force-unmerged', '--force-live'])
  await hands.git(['worktree', 'prune'])
  await hands.lanekeeper(['gc'])
  await hands.lanekeeper(['doctor', '--fix'])
  return [...(await brokenNow(world, agents, hands)), ...(await brokenAtEnd(world, hands))]
}

async function linkedWorktrees(hands: Hands): Promise<string[]> {
  const listed = await must(hands.git(['worktree', 'list', '--porcelain']))
  return listed
    .split('\n')
    .filter((line) => line.startsWith('worktree '))
    .slice(1)
    .map((line) => line.slice('worktree '.length))
}

/** What is left over when everybody went home and the repository is swept. */
export async function brokenAtEnd(world: World, hands: Hands): Promise<string[]> {
  const listed = await linkedWorktrees(hands)
  const ledger = ledgerOf(world)
  const paths = ledger.map(({ path }) => path)
  const leases = portLeases(world)
  const owned = ledger.flatMap(({ ports }) => (ports ? [String(ports.first)] : []))
  const dirty = await must(hands.git(['status', '--porcelain']))
  const doctor = await hands.lanekeeper(['doctor'])
  return [
    ...difference(listed, paths).map((path) => `worktree without a record: ${path}`),
    ...difference(paths, listed).map((path) => `record without a worktree: ${path}`),
    ...difference(leases, owned).map((port) => `port lease of nobody: ${port}`),
    ...difference(owned, leases).map((port) => `ports without a lease: ${port}`),
    ...strayWindows(world, ledger),
    ...(await strayDatabases(world, ledger)),
    ...strayFiles(world, ledger),
    ...(await migrationsApplied(world, hands)),
    ...(dirty === '' ? [] : [`the main worktree is not clean:\n${dirty}`]),
    ...(doctor.status === 0 ? [] : [`doctor is not clean after --fix:\n${doctor.stdout}${doctor.stderr}`]),
  ]
}

function difference(a: readonly string[], b: readonly string[]): string[] {
  return a.filter((one) => !b.includes(one))
}

function portLeases({ env }: World): string[] {
  const ports = join(env.XDG_STATE_HOME ?? '', 'lanekeeper', 'ports')
  return existsSync(ports) ? readdirSync(ports).filter((name) => /^\d+$/.test(name)) : []
}

/** Windows carry the id of the worktree they were made for. */
function strayWindows({ env, hasTmux }: World, ledger: readonly Entry[]): string[] {
  if (!hasTmux) return []
  const words = ['-L', 'simulation', 'list-windows', '-a', '-F', '#{@lanekeeper}']
  const tags = spawnSync('tmux', words, { env, encoding: 'utf8' }).stdout.split('\n').filter(Boolean)
  return difference(
    tags,
    ledger.map(({ id }) => id),
  ).map((tag) => `tmux window of no worktree: ${tag}`)
}

async function strayDatabases({ postgres }: World, ledger: readonly Entry[]): Promise<string[]> {
  if (postgres === null) return []
  const main = new URL(postgres).pathname.slice(1)
  const query = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
  const there = ((await queryPostgres(postgres, query)) as { datname: string }[]).map(({ datname }) => datname)
  const owned = ledger.flatMap(({ databases }) =>
    databases.filter(({ role }) => role === 'app').map(({ resource }) => basename(resource)),
  )
  const known = [main, DECOYS.postgres, ...owned]
  return [
    ...difference(there, known).map((name) => `Postgres database of nobody: ${name}`),
    ...difference(known, there).map((name) => `Postgres database is not there: ${name}`),
  ]
}

/** A SQLite database goes with its worktree's directory; directories of nobody are not there. */
function strayFiles({ worktrees }: World, ledger: readonly Entry[]): string[] {
  const known = [DECOYS.file, ...ledger.map(({ path }) => basename(path))]
  return difference(readdirSync(worktrees), known).map((name) => `directory of no worktree: ${join(worktrees, name)}`)
}

/** A new database takes the base's migrations, and the main worktree's has each once, in order. */
async function migrationsApplied({ root, project }: World, hands: Hands): Promise<string[]> {
  const fresh = join(root, 'fresh.db')
  const run = (file: string) =>
    hands.program([process.execPath, 'run-migrations.cjs'], root, { env: { DATABASE_URL: `file:${file}` } })
  const broken: string[] = []
  for (const file of [fresh, join(root, 'dev.db')]) {
    const { status, stderr } = await run(file)
    if (status !== 0) broken.push(`${basename(file)} does not take the migrations of the base: ${stderr}`)
    const applied = querySqlite(project, file, 'SELECT name FROM applied ORDER BY rowid') as { name: string }[]
    const names = applied.map(({ name }) => name).join(' ')
    const there = readdirSync(join(root, 'migrations')).sort().join(' ')
    if (names !== there) broken.push(`${basename(file)} has the migrations ${names}, the base has ${there}`)
  }
  hands.delete(fresh)
  return broken
}
