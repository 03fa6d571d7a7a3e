/** What deciding costs: one hook that needs Node, and the scope check of branches of three sizes. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { inNodeStarts, type Row } from './measure.ts'
import { nodeStart, type Place, taskWorktree } from './place.ts'

/** The pre-commit hook of a task, where git alone could not tell: the bundle is started and judges one staged file. */
export function hookRow(place: Place): Row {
  const { ours } = place.twins('hook', (root) => place.write(join(root, 'src', 'one', 'a.ts'), ''))
  const task = taskWorktree(place, ours, 'one')
  place.write(join(task, 'src', 'one', 'a.ts'), 'changed\n')
  place.run(['git', 'add', '-A'], task)
  const state = join(ours, '.git', 'lanekeeper')
  const code = readdirSync(state).find((name) => /^code-[^.]*$/.test(name)) ?? ''
  const words = [process.execPath, join(state, code, 'hook-loader.cjs'), 'pre-commit']
  return {
    name: 'hook decision in Node (pre-commit)',
    limit: 1.8,
    unit: '× node -e 0',
    arms: { hook: { run: () => void place.run(words, task) }, node: nodeStart(place) },
    value: inNodeStarts('hook'),
  }
}

/** `check` of a branch that changes so many files, all of them looked at. */
export function checkRow(place: Place, files: number, limit: number): Row {
  const { ours } = place.twins(`check-${files}`, (root) => place.write(join(root, 'src', 'one', 'a.ts'), ''))
  const task = taskWorktree(place, ours, 'one')
  for (let index = 0; index < files; index += 1)
    place.write(join(task, 'src', 'one', String(index % 100), `${index}.ts`), `${index}\n`)
  place.run(['git', 'add', '-A'], task)
  place.run(['git', 'commit', '-q', '-m', 'many'], task)
  return {
    name: `scope check, ${files.toLocaleString('en')} files`,
    limit,
    unit: '× node -e 0',
    arms: { check: { run: () => void place.lanekeeper(['check', 'task/one'], ours) }, node: nodeStart(place) },
    value: inNodeStarts('check'),
  }
}
