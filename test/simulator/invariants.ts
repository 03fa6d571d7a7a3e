/** What must hold whatever the agents did and whoever was killed. Each gives what is broken, in words. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Agent } from './agents.ts'
import { DECOYS, must, type World } from './world.ts'

interface Entry {
  readonly path: string
  readonly ports: { readonly first: number } | null
  readonly databases: readonly { readonly resource: string; readonly state: string }[]
}

/** After any step. */
export async function brokenNow(world: World, agents: readonly Agent[]): Promise<string[]> {
  return [
    ...ownedTwice(ledgerOf(world)),
    ...(await strayOnBase(world)),
    ...(await outOfOrder(world)),
    ...(await lostCommits(world, agents)),
    ...(await sharedDatabases(world, agents)),
    ...(await decoys(world)),
  ]
}

/** At the end, after `gc` and `doctor --fix`, when nobody works any more. */
export async function brokenAtEnd(world: World): Promise<string[]> {
  const listed = (await must(world.git(['worktree', 'list', '--porcelain'])))
    .split('\n')
    .filter((line) => line.startsWith('worktree '))
    .map((line) => line.slice('worktree '.length))
    .filter((path) => path !== world.root)
  const recorded = ledgerOf(world)
  const paths = recorded.map(({ path }) => path)
  const ports = join(world.dir, 'home', '.local', 'state', 'lanekeeper', 'ports')
  const leases = existsSync(ports) ? readdirSync(ports).filter((name) => /^\d+$/.test(name)) : []
  const owned = recorded.flatMap((record) => (record.ports ? [String(record.ports.first)] : []))
  const doctor = await world.lanekeeper(['doctor'])
  return [
    ...difference(listed, paths).map((path) => `worktree without a record: ${path}`),
    ...difference(paths, listed).map((path) => `record without a worktree: ${path}`),
    ...difference(leases, owned).map((port) => `port lease of nobody: ${port}`),
    ...difference(owned, leases).map((port) => `ports without a lease: ${port}`),
    ...(doctor.status === 0 ? [] : [`doctor is not clean after --fix:\n${doctor.stdout}${doctor.stderr}`]),
  ]
}

export function ledgerOf({ root }: World): Entry[] {
  const folder = join(root, '.git', 'lanekeeper', 'worktrees')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Entry)
}

function difference(a: readonly string[], b: readonly string[]): string[] {
  return a.filter((one) => !b.includes(one))
}

/** What a worktree that somebody deleted has left in the ledger owns nothing any more: its ports may be another's. */
function ownedTwice(all: readonly Entry[]): string[] {
  const entries = all.filter(({ path }) => existsSync(path))
  const ports = entries.flatMap(({ ports }) => (ports ? [`port ${ports.first}`] : []))
  const databases = entries.flatMap(({ databases }) =>
    databases.filter(({ state, resource }) => state === 'ready' && resource !== '').map(({ resource }) => resource),
  )
  const owned = [...ports, ...databases]
  return owned
    .filter((one, index) => owned.indexOf(one) !== index)
    .map((one) => `owned twice: ${one} of ${entries.map(({ path }) => path).join(' ')}`)
}

async function strayOnBase({ git }: World): Promise<string[]> {
  const files = await must(git(['ls-tree', '-r', '--name-only', 'main', 'shared/']))
  return files
    .split('\n')
    .filter((file) => file.includes('stray'))
    .map((file) => `out of scope on the base: ${file}`)
}

/** Along the base's own line every migration that comes is newer than all before it, and none changes. */
async function outOfOrder({ git }: World): Promise<string[]> {
  const words = ['log', '--first-parent', '-m', '--reverse', '--format=', '--name-status', '--no-renames', 'main']
  const lines = (await must(git([...words, '--', 'migrations']))).split('\n').filter((line) => line !== '')
  let newest = ''
  return lines.flatMap((line) => {
    const [status = '', file = ''] = line.split('\t')
    const broken =
      status !== 'A' || file <= newest ? [`migration out of order on the base: ${line} after ${newest}`] : []
    newest = file
    return broken
  })
}

/** Each commit that an agent made is on its branch, on the base, or kept aside. */
async function lostCommits({ git }: World, agents: readonly Agent[]): Promise<string[]> {
  const lost: string[] = []
  for (const { name, commits } of agents)
    for (const oid of commits.slice(-3)) {
      const { stdout, status } = await git(['for-each-ref', '--contains', oid, '--count=1', '--format=%(refname)'])
      if (status !== 0 || stdout.trim() === '') lost.push(`commit ${oid} of ${name} is on no ref`)
    }
  return lost
}

async function sharedDatabases(world: World, agents: readonly Agent[]): Promise<string[]> {
  const files = [
    { file: join(world.root, 'dev.db'), owner: 'the main worktree' },
    ...agents.flatMap(({ task }) => (task ? [{ file: join(task.path, 'dev.db'), owner: task.id }] : [])),
  ]
  return files.flatMap(({ file, owner }) => {
    if (!existsSync(file)) return []
    try {
      const rows = world.sql(file, 'SELECT DISTINCT name FROM who') as { name: string }[]
      return rows.filter(({ name }) => name !== owner).map(({ name }) => `${owner} has a row of ${name} in ${file}`)
    } catch {
      return [] // nobody has written to it yet
    }
  })
}

async function decoys({ root, git }: World): Promise<string[]> {
  const branch = await git(['show-ref', '--verify', '--quiet', `refs/heads/${DECOYS.branch}`])
  return [
    ...(existsSync(join(root, DECOYS.database)) ? [] : ['the decoy database is gone']),
    ...(existsSync(join(root, '..', 'project.worktrees', DECOYS.file)) ? [] : ['the decoy file is gone']),
    ...(branch.status === 0 ? [] : ['the decoy branch is gone']),
  ]
}
