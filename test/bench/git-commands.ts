/** What git costs with us in the room: switch, commit, rebase, fetch. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Arm, type Row, ratio } from './measure.ts'
import { type Place, taskWorktree } from './place.ts'

/** One shell runs the command several times, so that starting it from Node does not water the ratio down. */
const TIMES = 5

function repeated(place: Place, cwd: string, body: string): Arm {
  return { run: () => void place.run(['sh', '-ec', `for i in 1 2 3 4 5; do ${body}; done`], cwd) }
}

/** `empty`: our hooks' places with nothing in them, which is what git itself takes to start them. */
const SIDES = ['ours', 'plain', 'empty'] as const
type Roots = Readonly<Record<(typeof SIDES)[number], string>>

function row(place: Place, name: string, limit: number, roots: Roots, body: string): Row {
  const arms = Object.fromEntries(SIDES.map((side) => [side, repeated(place, roots[side], body)]))
  return { name, limit, unit: `× git (${TIMES} at a time)`, arms, value: ratio }
}

/** Each side with a worktree of a task (in the plain one: of an ordinary branch) and one of a person's branch. */
function prepare(place: Place): Readonly<Record<'base' | 'task' | 'persons', Roots>> {
  const make = (root: string) => {
    for (let index = 0; index < 50; index += 1) place.write(join(root, 'src', 'one', `${index}.ts`), `${index}\n`)
  }
  const { ours: empty } = place.twins('empty-hooks', make)
  const base = { ...place.twins('commands', make), empty }
  const task = atEach((side) => taskWorktree(place, base[side], 'one'))
  const persons = atEach((side) => join(place.dir, 'commands', `${side}-own`))
  for (const side of SIDES)
    place.run(['git', 'worktree', 'add', '-q', '--no-track', '-b', 'mine', persons[side]], base[side])
  emptyHooks(place, empty)
  return { base, task, persons }
}

function atEach(value: (side: keyof Roots) => string): Roots {
  return { ours: value('ours'), plain: value('plain'), empty: value('empty') }
}

function emptyHooks(place: Place, root: string): void {
  const hooks = join(root, '.git', 'lanekeeper', 'husky')
  for (const name of readdirSync(hooks, { recursive: true, encoding: 'utf8' }))
    if (statSync(join(hooks, name)).isFile()) place.write(join(hooks, name), '#!/bin/sh\nexit 0\n')
}

/** Rows for everyday commands. */
export function everydayRows(place: Place): Row[] {
  const { base, task, persons } = prepare(place)
  for (const root of Object.values(persons)) place.run(['git', 'branch', 'other'], root)
  const commit = 'echo $i$$ > src/one/1.ts; git commit -qam x'
  return [
    row(place, 'git switch', 1.3, persons, 'git switch -q other; git switch -q mine'),
    row(place, 'git commit, a person’s worktree', 1.25, persons, commit),
    row(place, 'git commit, a task’s worktree', 1.25, task, commit),
    row(place, 'git commit, on the base', 1.7, base, commit),
  ]
}

/** A rebase of 50 commits on a task's branch, to and fro between two bases. */
export function rebaseRow(place: Place): Row {
  const twins = place.twins('rebase', (root) => place.write(join(root, 'src', 'one', 'a.ts'), ''))
  const at = { ours: taskWorktree(place, twins.ours, 'one'), plain: taskWorktree(place, twins.plain, 'one') }
  const arm = (side: 'ours' | 'plain'): Arm => {
    for (const name of ['left', 'right'])
      place.run(
        [
          'sh',
          '-ec',
          `git branch ${name} && git switch -q ${name} && echo ${name} > ${name} && git add ${name} && git commit -qm ${name} && git switch -q main`,
        ],
        twins[side],
      )
    const commits =
      'i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo $i > src/one/a$i.ts; git add src; git commit -qm $i; done'
    place.run(['sh', '-ec', `git reset -q --hard left; ${commits}`], at[side])
    let [from, onto] = ['left', 'right']
    return {
      run: () => {
        place.run(['git', 'rebase', '-q', '--onto', onto, from], at[side])
        ;[from, onto] = [onto, from]
      },
    }
  }
  return {
    name: 'git rebase, 50 commits of a task',
    limit: 1.2,
    unit: '× git',
    arms: { ours: arm('ours'), plain: arm('plain') },
    value: ratio,
  }
}

/** A fetch of 500 refs from a task's worktree. */
export function fetchRow(place: Place): Row {
  const twins = place.twins('fetch', (root) => place.write(join(root, 'src', 'one', 'a.ts'), ''))
  const at = { ours: taskWorktree(place, twins.ours, 'one'), plain: taskWorktree(place, twins.plain, 'one') }
  const refs = Array.from({ length: 500 }, (_, index) => `branch-${index}`)
  const update = (cwd: string, lines: string[]) =>
    place.run(
      ['git', '-c', 'core.hooksPath=/dev/null', 'update-ref', '--stdin'],
      cwd,
      lines.map((line) => `${line}\n`).join(''),
    )
  const arm = (side: 'ours' | 'plain'): Arm => {
    const remote = join(place.dir, 'fetch', `${side}.git`)
    place.run(['git', 'clone', '-q', '--bare', twins[side], remote], place.dir)
    const head = place.run(['git', 'rev-parse', 'main'], remote).trim()
    update(
      remote,
      refs.map((name) => `create refs/heads/${name} ${head}`),
    )
    place.run(['git', 'remote', 'add', 'hub', remote], twins[side])
    return {
      before: () => {
        const known = place.run(['git', 'for-each-ref', '--format=%(refname)', 'refs/remotes/hub/'], at[side])
        update(
          at[side],
          known
            .split('\n')
            .filter((ref) => ref !== '')
            .map((ref) => `delete ${ref}`),
        )
      },
      run: () => void place.run(['git', 'fetch', '-q', 'hub'], at[side]),
    }
  }
  return {
    name: 'git fetch, 500 refs, a task’s worktree',
    limit: 1.1,
    unit: '× git',
    arms: { ours: arm('ours'), plain: arm('plain') },
    value: ratio,
  }
}
