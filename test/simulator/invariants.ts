/** What must hold after any round, whatever the agents did and whoever was killed. Each gives what is broken, in words. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { brokenConnections } from './connections.ts'
import { DECOYS } from './stage.ts'
import type { Agent } from './work.ts'
import { type Hands, must, querySqlite, type World } from './world.ts'

/** What the tests may know of the ledger's files. */
export interface Entry {
  readonly path: string
  readonly id: string
  readonly ports: { readonly first: number; readonly ports: Readonly<Record<string, number>> } | null
  readonly databases: readonly DatabaseEntry[]
}

export interface DatabaseEntry {
  readonly role: string
  readonly resource: string
  readonly state: string
  readonly url: string
}

/** @param look hands that nobody kills */
export async function brokenNow(world: World, agents: readonly Agent[], look: Hands): Promise<string[]> {
  return [
    ...world.lost,
    ...ownedTwice(ledgerOf(world)),
    ...(await strayOnBase(look)),
    ...(await outOfOrder(look)),
    ...(await lostCommits(look, agents)),
    ...(await lostDrafts(look, agents)),
    ...sharedSqlite(world),
    ...(await brokenConnections(world, agents, ledgerOf(world))),
    ...(await decoys(world, look)),
  ]
}

export function ledgerOf({ root }: Pick<World, 'root'>): Entry[] {
  const folder = join(root, '.git', 'lanekeeper', 'worktrees')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Entry)
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

async function strayOnBase({ git }: Hands): Promise<string[]> {
  const files = await must(git(['ls-tree', '-r', '--name-only', 'main', 'shared/']))
  return files
    .split('\n')
    .filter((file) => file.includes('stray'))
    .map((file) => `out of scope on the base: ${file}`)
}

/** Along the base's own line every migration that comes is newer than all before it, and none changes. */
async function outOfOrder({ git }: Hands): Promise<string[]> {
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

/** Each commit that an agent made is on its branch, on the base, kept aside, or where a worktree stands. */
async function lostCommits({ git }: Hands, agents: readonly Agent[]): Promise<string[]> {
  const lost: string[] = []
  const listed = (await must(git(['worktree', 'list', '--porcelain']))).match(/(?<=^HEAD )\w+/gm) ?? []
  // zeros: a `worktree add` that was killed before it had a commit
  const heads = listed.filter((head) => !/^0+$/.test(head))
  for (const { name, commits } of agents)
    for (const oid of commits.slice(-3)) {
      const { stdout, status } = await git(['for-each-ref', '--contains', oid, '--count=1', '--format=%(refname)'])
      if (status === 0 && stdout.trim() !== '') continue
      const standing = await must(git(['rev-list', '--count', oid, '--not', ...heads]))
      if (standing.trim() !== '0') lost.push(`commit ${oid} of ${name} is on no ref`)
    }
  return lost
}

/** Each file that an agent wrote is where it wrote it, or in git: committed, or stashed by a git that was killed. */
async function lostDrafts({ git }: Hands, agents: readonly Agent[]): Promise<string[]> {
  const lost: string[] = []
  for (const { task, drafts } of agents) {
    if (task === null || !existsSync(task.path)) continue
    for (const [name, text] of drafts) {
      const file = join(task.path, name)
      if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
      const oid = hashOf(text)
      if ((await git(['cat-file', '-e', oid])).status !== 0) lost.push(`uncommitted ${file} is lost: ${text}`)
    }
  }
  return lost
}

function hashOf(text: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex')
}

/** Whoever writes to a file signs: no name but the owner's may be in it. */
function sharedSqlite({ root, worktrees, project }: World): string[] {
  const linked = existsSync(worktrees) ? readdirSync(worktrees) : []
  const files = [
    { file: join(root, 'dev.db'), owner: 'the main worktree' },
    ...linked.map((name) => ({ file: join(worktrees, name, 'dev.db'), owner: name })),
  ]
  return files.flatMap(({ file, owner }) => {
    const names = existsSync(file) ? namesIn(project, file) : []
    return names.filter((name) => name !== owner).map((name) => `${owner} has a row of ${name} in ${basename(file)}`)
  })
}

function namesIn(project: string, file: string): string[] {
  try {
    return (querySqlite(project, file, 'SELECT DISTINCT name FROM who') as { name: string }[]).map(({ name }) => name)
  } catch {
    return [] // nobody has written to it yet
  }
}

async function decoys({ root, worktrees }: World, { git }: Hands): Promise<string[]> {
  const branch = await git(['show-ref', '--verify', '--quiet', `refs/heads/${DECOYS.branch}`])
  return [
    ...(existsSync(join(root, DECOYS.database)) ? [] : ['the decoy database is gone']),
    ...(existsSync(join(worktrees, DECOYS.file)) ? [] : ['the decoy file is gone']),
    ...(branch.status === 0 ? [] : ['the decoy branch is gone']),
  ]
}
