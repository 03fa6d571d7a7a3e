/** A run without a broken invariant proves something only if each of them can break: here each is broken by hand. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { agentNamed } from '../simulator/agents.ts'
import { brokenAtEnd } from '../simulator/evening.ts'
import { brokenNow, type Entry, ledgerOf } from '../simulator/invariants.ts'
import { type Machine, setUpMachine } from '../simulator/machine.ts'
import { worldOn } from '../simulator/simulate.ts'
import { DECOYS, setStage } from '../simulator/stage.ts'
import type { Agent, Task } from '../simulator/work.ts'
import { type Hands, handsOf, must, queryPostgres, type World } from '../simulator/world.ts'
import { CLI, PROJECT_ROOT } from '../support/repository.ts'

interface Scene {
  readonly world: World
  readonly hands: Hands
  readonly agent: Agent
  readonly task: Task
}

type Undo = () => unknown
/** What is done to the scene, and how it is taken back. */
type Sabotage = (scene: Scene) => Promise<Undo> | Undo

let machine: Machine
let scene: Scene

beforeAll(async () => {
  machine = await setUpMachine({ project: PROJECT_ROOT, withPostgres: process.env.SKIP_PG !== '1' })
  const world = worldOn(machine, { seed: 1, cli: CLI, project: PROJECT_ROOT })
  await setStage(world)
  const hands = handsOf(world, 'saboteur', null)
  await must(hands.lanekeeper(['new-task', '--yes', '--title', 'One', '--id', 'one', '--allow', 'src/one']))
  const task = { id: 'one', path: join(world.worktrees, 'one'), ownsMigrations: false }
  scene = { world, hands, task, agent: Object.assign(agentNamed('agent1'), { task }) }
})
afterAll(() => machine.takeDown())

const recordOf = ({ world }: Scene): Entry & { file: string } => {
  const [entry] = ledgerOf(world)
  if (entry === undefined) throw new Error('no worktree is in the ledger')
  return { ...entry, file: join(world.root, '.git/lanekeeper/worktrees', `${entry.id}.json`) }
}

/** The same record once more, of another worktree. */
function doubled(scene: Scene, changes: Partial<Entry>): Undo {
  const { file } = recordOf(scene)
  const copy = file.replace(/[^/]+\.json$/, 'double.json')
  const text = JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), id: 'double', ...changes })
  writeFileSync(copy, text)
  return () => rmSync(copy)
}

/** A commit on the base that no gate saw. */
async function onBase({ hands, world }: Scene, files: Readonly<Record<string, string>>): Promise<Undo> {
  const before = (await must(hands.git(['rev-parse', 'HEAD']))).trim()
  const env = { LANEKEEPER: '0' }
  for (const [name, text] of Object.entries(files)) hands.write(join(world.root, name), text)
  await must(hands.git(['add', '-A']))
  await must(hands.git(['commit', '-qm', 'past the gate'], undefined, { env }))
  return () => must(hands.git(['reset', '-q', '--hard', before], undefined, { env }))
}

/** A dev server of the task on a port and a database that are not its own. */
async function foreignServer({ world, hands, agent, task }: Scene): Promise<Undo> {
  const line = `PORT=0 DATABASE_URL=file:${world.root}/dev.db PG_URL=${world.postgres} exec node server.cjs one`
  const server = hands.start(['sh', '-c', line], task.path)
  agent.server = server
  while (!server.said.text.includes('\n')) await new Promise((resolve) => setTimeout(resolve, 20))
  return async () => {
    await server.stop()
    agent.server = null
    hands.sql(join(world.root, 'dev.db'), 'DROP TABLE who')
    if (world.postgres) await queryPostgres(world.postgres, 'DELETE FROM who')
  }
}

const writtenInto =
  (place: (scene: Scene) => string): Sabotage =>
  (scene) => {
    const { hands } = scene
    hands.write(place(scene), 'x')
    return () => hands.delete(place(scene))
  }

const WHILE_THEY_WORK: readonly (readonly [string, RegExp, Sabotage])[] = [
  ['ports of two', /^owned twice: port \d+/, (scene) => doubled(scene, { databases: [], path: scene.world.root })],
  ['a database of two', /^owned twice: .*dev\.db/, (scene) => doubled(scene, { ports: null, path: scene.world.root })],
  [
    'a stray on the base',
    /out of scope on the base: shared\/stray/,
    (scene) => onBase(scene, { 'shared/stray.txt': '' }),
  ],
  ['an older migration', /out of order .*0000_late/, (scene) => onBase(scene, { 'migrations/0000_late.sql': '' })],
  ['a landed migration changed', /out of order .*0001/, (scene) => onBase(scene, { 'migrations/0001_start.sql': '' })],
  [
    'a commit that no ref holds',
    /commit \w+ of agent1 is on no ref/,
    async ({ hands, agent }) => {
      const words = ['commit-tree', '-m', 'lost', '-p', 'main', 'main^{tree}']
      agent.commits = [(await must(hands.git(words))).trim()]
      return () => (agent.commits = [])
    },
  ],
  [
    'a draft that went',
    /uncommitted .*draft\.txt is lost/,
    ({ agent }) => {
      agent.drafts = new Map([['draft.txt', 'a thought']])
      return () => agent.drafts.clear()
    },
  ],
  [
    'a row in another’s SQLite file',
    /one has a row of agent9 in dev\.db/,
    ({ hands, task }) => {
      const file = join(task.path, 'dev.db')
      hands.sql(file, 'CREATE TABLE who (name TEXT)')
      hands.sql(file, "INSERT INTO who VALUES ('agent9')")
      return () => hands.sql(file, 'DROP TABLE who')
    },
  ],
  ['a server at another’s file', /server of one has .*project\/dev\.db open/, foreignServer],
  ['a server on another port', /server of one listens on \d+, which is not its own/, foreignServer],
  [
    'no decoy branch',
    /decoy branch is gone/,
    async ({ hands }) => {
      await must(hands.git(['branch', '-D', DECOYS.branch]))
      return () => must(hands.git(['branch', DECOYS.branch]))
    },
  ],
  [
    'no decoy files',
    /decoy database is gone[\s\S]*decoy file is gone/,
    ({ hands, world }) => {
      const kept = [join(world.root, DECOYS.database), join(world.worktrees, DECOYS.file)]
      for (const [index, file] of kept.entries()) cpSync(file, join(world.dir, `kept-${index}`))
      kept.forEach(hands.delete)
      return () => kept.forEach((file, index) => void cpSync(join(world.dir, `kept-${index}`), file))
    },
  ],
]

const IN_THE_EVENING: readonly (readonly [string, RegExp, Sabotage])[] = [
  ['a record of nobody', /record without a worktree: .*nowhere/, (scene) => doubled(scene, { path: '/nowhere' })],
  ['a port lease of nobody', /port lease of nobody: 39990/, writtenInto(({ world }) => portLease(world, '39990'))],
  [
    'ports that nobody leased',
    /ports without a lease: \d+/,
    (scene) => {
      const file = portLease(scene.world, String(recordOf(scene).ports?.first))
      const text = readFileSync(file)
      rmSync(file)
      return () => writeFileSync(file, text)
    },
  ],
  [
    'a directory of nobody',
    /directory of no worktree: .*ghost/,
    writtenInto(({ world }) => join(world.worktrees, 'ghost')),
  ],
  ['a dirty base', /main worktree is not clean:\n\?\? x/, writtenInto(({ world }) => join(world.root, 'x'))],
  [
    'a worktree that is not in the ledger',
    /worktree without a record: .*bare/,
    async ({ hands, world }) => {
      const path = join(world.worktrees, 'bare')
      await must(hands.git(['-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '-q', '--detach', path]))
      return () => must(hands.git(['worktree', 'remove', path]))
    },
  ],
  [
    'a migration that cannot run',
    /fresh\.db does not take/,
    (scene) => onBase(scene, { 'migrations/0002_bad.sql': 'NO SQL' }),
  ],
  [
    'hooks that are gone',
    /doctor is not clean/,
    async ({ hands }) => {
      await must(hands.git(['config', '--unset-all', 'core.hooksPath']))
      return () => must(hands.lanekeeper(['install']))
    },
  ],
]

function portLease({ env }: World, port: string): string {
  const folder = join(env.XDG_STATE_HOME ?? '', 'lanekeeper', 'ports')
  mkdirSync(folder, { recursive: true })
  return join(folder, port)
}

const now = ({ world, agent, hands }: Scene) => brokenNow(world, [agent], hands)
const atEnd = ({ world, hands }: Scene) => brokenAtEnd(world, hands)

it.each(WHILE_THEY_WORK)('sees %s while they work', (_, says, sabotage) => isSeen(now, says, sabotage))
it.each(IN_THE_EVENING)('sees %s in the evening', (_, says, sabotage) => isSeen(atEnd, says, sabotage))

it('takes a commit on a detached HEAD for kept, beside a worktree that git was killed in making', async () => {
  const { world, hands, agent } = scene
  const bare = ['-c', 'core.hooksPath=/dev/null', 'worktree']
  const [standing, halfMade] = ['standing', 'half-made'].map((name) => join(world.worktrees, name))
  for (const path of [standing, halfMade]) await must(hands.git([...bare, 'add', '-q', '--detach', path ?? '']))
  await must(hands.git(['commit', '-q', '--allow-empty', '-m', 'alone', '--no-verify'], standing))
  agent.commits = [(await must(hands.git(['rev-parse', 'HEAD'], standing))).trim()]
  writeFileSync(join(world.root, '.git/worktrees/half-made/HEAD'), `${'0'.repeat(40)}\n`)
  expect(await now(scene)).toEqual([])
  for (const path of [standing, halfMade]) rmSync(path ?? '', { recursive: true })
  await must(hands.git(['worktree', 'prune']))
  expect((await now(scene)).join('\n')).toMatch(/commit \w+ of agent1 is on no ref/)
  agent.commits = []
})

it('sees an agent’s window that outlived its worktree', async (context) => {
  const { world, hands } = scene
  if (!world.hasTmux) return context.skip('no tmux here')
  const tmux = (words: readonly string[]) => must(hands.program(['tmux', '-L', 'simulation', ...words]))
  const start = ['new-session', '-d', 'sleep 600', ';', 'set-option', '-w', '@lanekeeper', 'gone']
  await isSeen(atEnd, /tmux window of no worktree: gone/, async () => {
    await tmux(start)
    return () => tmux(['kill-server'])
  })
})

it.skipIf(process.env.SKIP_PG === '1')(
  'sees sessions, rows and databases of another on the Postgres server',
  async () => {
    const undo = await foreignServer(scene)
    expect((await now(scene)).join('\n')).toMatch(
      /one is connected to sim_1 of the main worktree[\s\S]*has a row of one in sim_1/,
    )
    await undo()
    const url = scene.world.postgres ?? ''
    await queryPostgres(url, 'CREATE DATABASE nobodys')
    expect(await atEnd(scene)).toEqual(['Postgres database of nobody: nobodys'])
    await queryPostgres(url, 'DROP DATABASE nobodys')
    await queryPostgres(url, `DROP DATABASE "${DECOYS.postgres}"`)
    expect(await atEnd(scene)).toEqual([`Postgres database is not there: ${DECOYS.postgres}`])
  },
)

async function isSeen(look: (scene: Scene) => Promise<string[]>, says: RegExp, sabotage: Sabotage): Promise<void> {
  expect(await look(scene)).toEqual([])
  const undo = await sabotage(scene)
  try {
    expect((await look(scene)).join('\n')).toMatch(says)
  } finally {
    await undo()
  }
}
