/** What git costs with us in the room: switch, commit, rebase, fetch. */
import { join } from 'node:path'
import { type Arm, type Row, ratio } from './measure.ts'
import { type Place, taskWorktree } from './place.ts'

/** One shell runs the command several times, so that starting it from Node does not water the ratio down. */
const TIMES = 5

function repeated(place: Place, cwd: string, body: string): Arm {
  return { run: () => void place.run(['sh', '-ec', `for i in 1 2 3 4 5; do ${body}; done`], cwd) }
}

function row(name: string, limit: number, arms: { ours: Arm; plain: Arm }): Row {
  return { name, limit, unit: `× git (${TIMES} at a time)`, arms, value: ratio }
}

/** Twins with a worktree of a task (in the plain twin: of an ordinary branch) and one of a person's branch. */
function prepare(place: Place) {
  const twins = place.twins('commands', (root) => {
    for (let index = 0; index < 50; index += 1) place.write(join(root, 'src', 'one', `${index}.ts`), `${index}\n`)
  })
  const task = { ours: taskWorktree(place, twins.ours, 'one'), plain: taskWorktree(place, twins.plain, 'one') }
  const persons = { ours: join(place.dir, 'commands', 'ours-own'), plain: join(place.dir, 'commands', 'plain-own') }
  for (const side of ['ours', 'plain'] as const)
    place.run(['git', 'worktree', 'add', '-q', '--no-track', '-b', 'mine', persons[side]], twins[side])
  return { base: twins, task, persons }
}

/** Rows for everyday commands. */
export function everydayRows(place: Place): Row[] {
  const { base, task, persons } = prepare(place)
  for (const root of [persons.ours, persons.plain]) place.run(['git', 'branch', 'other'], root)
  const commit = (file: string) => `echo $i$$ > ${file}; git commit -qam x`
  const both = (roots: { ours: string; plain: string }, body: string) => ({
    ours: repeated(place, roots.ours, body),
    plain: repeated(place, roots.plain, body),
  })
  return [
    row('git switch', 1.3, both(persons, 'git switch -q other; git switch -q mine')),
    row('git commit, a person’s worktree', 1.25, both(persons, commit('src/one/1.ts'))),
    row('git commit, a task’s worktree', 1.25, both(task, commit('src/one/1.ts'))),
    row('git commit, on the base', 1.7, both(base, commit('src/one/1.ts'))),
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
