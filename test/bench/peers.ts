/**
 * Other tools that make worktrees, side by side in one run: the same repository, the same file to copy, every tool in every
 * round. A tool that is not on this machine is a line that says so.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Arm, Row } from './measure.ts'
import { programOf, TOOLS, type Tool } from './peer-tools.ts'
import type { Place } from './place.ts'

const AT_ONCE = 8

/** A tool that works here, with a repository of its own. */
interface Peer {
  readonly tool: Tool
  readonly program: string
  readonly root: string
}

type Outcomes = Readonly<Record<string, string>>

/** @param named programs by the names of their tools, before those on the PATH */
export function peerRows(place: Place, named: ReadonlyMap<string, string>): Row[] {
  const peers: Peer[] = []
  const absent: Record<string, string> = {}
  for (const tool of TOOLS) {
    const program = programOf(tool, named, place)
    if (program === null) {
      absent[tool.name] = 'not found'
      continue
    }
    const peer = { tool, program, root: makeRepository(place, tool) }
    const trouble = troubleWith(place, peer)
    if (trouble === null) peers.push(peer)
    else absent[tool.name] = `could not be used: ${trouble}`
  }
  const fresh = numbering()
  return [
    compared('create a worktree, .env.local copied', peers, (peer) => creation(place, peer, fresh), absent),
    atOnceRow(place, peers, fresh, absent),
    ...[10, 50].map((count) => {
      const listers = peers.filter(({ tool }) => tool.list)
      return compared(`list ${count} worktrees`, listers, (peer) => listing(place, peer, count, fresh), absent)
    }),
  ]
}

function compared(name: string, peers: readonly Peer[], arm: (peer: Peer) => Arm, outcomes: Outcomes): Row {
  return {
    name,
    limit: null,
    unit: '× bare git',
    arms: Object.fromEntries(peers.map((peer) => [peer.tool.name, arm(peer)])),
    value: (round) => (round.lanekeeper ?? 0) / (round.git ?? 1),
    outcomes: () => outcomes,
  }
}

/** Names that no tool has seen before, so that nothing it remembers of an earlier one counts. */
function numbering(): () => string {
  let count = 0
  return () => {
    count += 1
    return `w${count}`
  }
}

function makeRepository(place: Place, tool: Tool): string {
  const root = join(place.dir, 'peers', tool.name)
  mkdirSync(root, { recursive: true })
  place.run(['git', 'init', '-q', '-b', 'main'], root)
  for (let index = 0; index < 50; index += 1) place.write(join(root, 'src', `${index}.ts`), `${index}\n`.repeat(50))
  place.write(join(root, '.gitignore'), '.env.local\n')
  place.write(join(root, '.env.local'), 'PORT=3000\n')
  tool.configure?.(place, root)
  place.run(['git', 'add', '-A'], root)
  place.run(['git', 'commit', '-q', '-m', 'start'], root)
  tool.install?.(place, root)
  return root
}

/** A tool is measured only when it does what it is measured at. Gives what is wrong, in a line. */
function troubleWith(place: Place, peer: Peer): string | null {
  try {
    place.run(creating(peer, 'probe'), peer.root)
    list(place, peer)
    const [made] = worktreesOf(place, peer).values()
    if (made === undefined) return 'it made no worktree'
    return existsSync(join(made, '.env.local')) ? null : 'it did not copy .env.local'
  } catch (error) {
    return (error as Error).message.trim().split('\n').slice(0, 2).join(' ')
  }
}

function creating({ tool, program, root }: Peer, id: string): readonly string[] {
  return tool.create(program, id, join(`${root}.worktrees`, id))
}

/** The linked worktrees: branch → path. */
function worktreesOf(place: Place, { root }: Peer): Map<string, string> {
  const [, ...linked] = place.run(['git', 'worktree', 'list', '--porcelain'], root).trim().split('\n\n')
  const word = (block: string, name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(block)?.[1] ?? ''
  return new Map(linked.map((block) => [word(block, 'branch').replace('refs/heads/', ''), word(block, 'worktree')]))
}

function clear(place: Place, peer: Peer, keep = 0): void {
  for (const [branch, path] of [...worktreesOf(place, peer)].slice(keep)) {
    if (peer.tool.remove) place.run(peer.tool.remove(peer.program, branch), peer.root)
    else {
      place.run(['git', 'worktree', 'remove', '-f', '-f', path], peer.root)
      place.run(['git', 'branch', '-q', '-D', branch], peer.root)
    }
  }
}

function creation(place: Place, peer: Peer, fresh: () => string): Arm {
  return {
    before: () => clear(place, peer),
    run: () => void place.run(creating(peer, fresh()), peer.root),
  }
}

function listing(place: Place, peer: Peer, count: number, fresh: () => string): Arm {
  return {
    before: () => {
      clear(place, peer, count)
      for (let there = worktreesOf(place, peer).size; there < count; there += 1)
        place.run(creating(peer, fresh()), peer.root)
    },
    run: () => list(place, peer),
  }
}

function list(place: Place, { tool, program, root }: Peer): void {
  if (tool.list) place.run(tool.list(program), root)
}

/** Eight at once, each by a process of its own; besides the time, how many failed and how many of the ports differ. */
function atOnceRow(place: Place, peers: readonly Peer[], fresh: () => string, absent: Outcomes): Row {
  const tallies = new Map(peers.map(({ tool }) => [tool.name, new Tally()]))
  /** Counts what the last run made, and takes it away. */
  const count = (peer: Peer): Tally => {
    const tally = tallies.get(peer.tool.name) ?? new Tally()
    if (tally.started > 0) tally.look(portsOf(place, peer))
    clear(place, peer)
    return tally
  }
  const arm = (peer: Peer): Arm => ({
    before: () => void count(peer),
    run: async () => {
      const starts = Array.from({ length: AT_ONCE }, () => place.start(creating(peer, fresh()), peer.root))
      tallies.get(peer.tool.name)?.end(await Promise.allSettled(starts))
    },
  })
  return {
    ...compared(`${AT_ONCE} worktrees at once, .env.local copied`, peers, arm, absent),
    outcomes: () => ({ ...Object.fromEntries(peers.map((peer) => [peer.tool.name, `${count(peer)}`])), ...absent }),
  }
}

/** Over all rounds: how many creations failed; of the round where most worktrees share a port, how many are different. */
class Tally {
  started = 0
  private failed = 0
  private worst = { distinct: AT_ONCE, made: AT_ONCE }

  end(creations: readonly PromiseSettledResult<unknown>[]): void {
    this.started += creations.length
    this.failed += creations.filter(({ status }) => status === 'rejected').length
  }

  look(ports: readonly string[]): void {
    const distinct = new Set(ports).size
    if (ports.length - distinct > this.worst.made - this.worst.distinct) this.worst = { distinct, made: ports.length }
  }

  toString(): string {
    const { distinct, made } = this.worst
    return `${this.failed} of ${this.started} failed; ${distinct} distinct PORT among ${made}`
  }
}

/** The last line of a variable counts, as dotenv has it. */
function portsOf(place: Place, peer: Peer): string[] {
  return [...worktreesOf(place, peer).values()].map((path) => {
    const file = join(path, '.env.local')
    const lines = existsSync(file) ? [...readFileSync(file, 'utf8').matchAll(/^PORT=(.*)$/gm)] : []
    return lines.at(-1)?.[1] ?? 'none'
  })
}
