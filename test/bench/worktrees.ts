/** What worktrees cost: adding one, making eight tasks at once, looking at fifty. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Row } from './measure.ts'
import { CLI, nodeStart, type Place, taskWorktree } from './place.ts'

const MEBIBYTE = 1024 ** 2

/** Plain `git worktree add` with everything the hook does itself: ports, env, documents, a SQLite fork of 1 MB. */
export function addRow(place: Place): Row {
  const settings = { databases: { dev: { vars: ['DATABASE_URL'] } }, dependencies: 'none' }
  const twins = place.twins('add', (root) => fiftyFiles(place, root), settings)
  for (const root of [twins.ours, twins.plain]) {
    place.write(join(root, '.env.local'), 'DATABASE_URL=file:./dev.db\nPORT=3000\n')
    makeDatabase(place, join(root, 'dev.db'))
  }
  let count = 0
  const add = (root: string) => () => {
    count += 1
    place.run(
      ['git', 'worktree', 'add', '-q', '--no-track', '-b', `w${count}`, join(place.dir, 'add', `w${count}`)],
      root,
    )
  }
  const addOurs = add(twins.ours)
  const ours = () => {
    addOurs()
    assertForked(join(place.dir, 'add', `w${count}`))
  }
  return {
    name: 'git worktree add, ports, env, docs, SQLite fork',
    limit: 3,
    unit: '× node -e 0 over bare git',
    arms: {
      ours: { run: ours },
      plain: { run: add(twins.plain) },
      node: nodeStart(place),
    },
    value: (round) => ((round.ours ?? 0) - (round.plain ?? 0)) / (round.node ?? 1),
  }
}

/** A row that is quick because nothing was done would be worth nothing. */
function assertForked(worktree: string): void {
  for (const file of ['dev.db', '.env.local', 'WORKTREE.md'])
    if (!existsSync(join(worktree, file))) throw new Error(`${worktree} has no ${file}: it was not provisioned`)
}

function fiftyFiles(place: Place, root: string): void {
  for (let index = 0; index < 50; index += 1) place.write(join(root, 'src', `${index}.ts`), `${index}\n`.repeat(50))
}

/** A database of about 1 MB, by whatever SQLite this Node has. */
function makeDatabase(place: Place, path: string): void {
  const fill = `create table t (a blob); insert into t with recursive n(i) as (select 1 union all select i + 1 from n where i < 256) select randomblob(${MEBIBYTE / 256}) from n`
  const code = `
    const { createRequire } = require('node:module')
    const from = createRequire(${JSON.stringify(join(import.meta.dirname, '..', 'package.json'))})
    const open = (path) => { try { return new (require('node:sqlite').DatabaseSync)(path) } catch { return new (from('libsql'))(path) } }
    open(${JSON.stringify(path)}).exec(${JSON.stringify(fill)})`
  place.run([process.execPath, '-e', code], place.dir)
}

/** Eight new tasks at once against one, each from command to a ready worktree. */
export function newTasksRow(place: Place): Row {
  const { ours } = place.twins('tasks', (root) => fiftyFiles(place, root), { dependencies: 'none' })
  let count = 0
  const make = async () => {
    count += 1
    const words = ['--yes', '--title', `Task ${count}`, '--id', `t${count}`, '--allow', `src/t${count}`, '--step', 'x']
    await place.start([process.execPath, CLI, 'new-task', ...words], ours)
  }
  const clean = () => {
    for (const line of place.run(['git', 'worktree', 'list', '--porcelain'], ours).split('\n'))
      if (line.startsWith('worktree ') && !line.endsWith('/ours'))
        place.lanekeeper(['remove', line.slice('worktree '.length), '--force-dirty', '--force-unmerged'], ours)
  }
  return {
    name: '8 new-task at once',
    limit: 3,
    unit: '× one new-task',
    arms: {
      eight: { before: clean, run: () => Promise.all(Array.from({ length: 8 }, make)).then(() => {}) },
      one: { before: clean, run: make },
    },
    value: (round) => (round.eight ?? 0) / (round.one ?? 1),
  }
}

/** `status` of 50 worktrees against the bare git commands that tell as much, and one start of Node. */
export function statusRow(place: Place): Row {
  const { ours } = place.twins('status', (root) => {
    for (let index = 0; index < 300; index += 1)
      place.write(join(root, 'src', `${index % 10}`, `${index}.ts`), `${index}\n`)
  })
  const worktrees = Array.from({ length: 50 }, (_, index) => taskWorktree(place, ours, `t${index}`))
  for (const [index, path] of worktrees.entries()) {
    for (const commit of ['1', '2', '3']) {
      place.write(join(path, 'src', `t${index}`, `${commit}.ts`), commit)
      place.run(['git', 'add', '-A'], path)
      place.run(['git', 'commit', '-q', '-m', commit], path)
    }
    if (index % 2 === 0) place.write(join(path, 'src', '1', '1.ts'), 'dirty\n')
  }
  const format = '%(refname:short) %(committerdate:unix) %(subject) %(worktreepath)'
  const bare = () => {
    place.run(['git', 'worktree', 'list', '--porcelain', '-z'], ours)
    place.run(['git', 'for-each-ref', `--format=${format}`, 'refs/heads'], ours)
    const dirs = `${worktrees.join('\0')}\0`
    const words = [
      'xargs',
      '-0',
      '-P2',
      '-I{}',
      'git',
      '-C',
      '{}',
      '--no-optional-locks',
      'status',
      '--porcelain=v2',
      '--branch',
    ]
    place.run(words, ours, dirs)
  }
  return {
    name: 'status of 50 worktrees',
    limit: 1.3,
    unit: '× bare git, one node -e 0 taken off',
    arms: {
      status: { run: () => void place.lanekeeper(['status'], ours) },
      bare: { run: bare },
      node: nodeStart(place),
    },
    value: (round) => ((round.status ?? 0) - (round.node ?? 0)) / (round.bare ?? 1),
  }
}
