/** Django and Alembic: a migration names its parents, and what the base has and what is added must end in one leaf. */
import { type Brought, type Finding, filesAfter } from './brought.ts'
import type { MigrationFile } from './migration-set.ts'

interface Node {
  readonly file: MigrationFile
  /** How the others name it. */
  readonly id: string
  readonly parents: readonly string[]
}

/** More leaves than the base had: `makemigrations --check` and `alembic upgrade head` would both stop there. */
export function graph(brought: Brought): Finding[] {
  if (brought.set.tool.order !== 'graph') return []
  const units = [...new Set(brought.added.map(({ unit }) => unit))]
  return units.flatMap((unit) => forked(brought, unit))
}

function forked(brought: Brought, unit: string): Finding[] {
  const before = nodesOf(
    brought.known.filter((file) => file.unit === unit),
    brought.baseText,
  )
  const after = nodesOf(
    filesAfter(brought).filter((file) => file.unit === unit),
    brought.text,
  )
  const leaves = leavesOf(after)
  if (leaves.length <= Math.max(1, leavesOf(before).length)) return []
  const added = new Set(brought.added.map(({ path }) => path))
  const own = leaves.filter(({ file }) => added.has(file.path))
  const foreign = leaves.filter(({ file }) => !added.has(file.path))
  const names = foreign.map(({ file }) => file.path).join(', ') || 'each other'
  return own.map(({ file }) => ({
    path: file.path,
    message: `a second leaf beside ${names}: two migrations were made from the same parent`,
    ways: [waysOf(brought, unit), 'npx lanekeeper migration renumber'],
  }))
}

function waysOf({ set, base }: Brought, unit: string): string {
  return set.tool.id === 'django'
    ? `git merge ${base}, then let it depend on the newest one of ${unit} (dependencies = [...])`
    : `git merge ${base}, then set its down_revision to the newest head of ${base}`
}

function nodesOf(files: readonly MigrationFile[], text: (path: string) => string | null): Node[] {
  return files.flatMap((file): Node[] => {
    const content = text(file.path)
    if (content === null) return []
    return [/^\s*(?:down_)?revision\b/m.test(content) ? alembicNode(file, content) : djangoNode(file, content)]
  })
}

function alembicNode(file: MigrationFile, text: string): Node {
  const id = /^revision\b[^=\n]*=\s*(['"])([^'"\n]+)\1/m.exec(text)?.[2] ?? file.name
  const down = /^down_revision\b[^=\n]*=\s*(\([^)]*\)|\[[^\]]*\]|[^\n]*)/m.exec(text)?.[1] ?? ''
  return { file, id, parents: quoted(down) }
}

/** Only what lies in the same app counts: `('auth', '0001_initial')` of another app is nobody's leaf here. */
function djangoNode(file: MigrationFile, text: string): Node {
  const lists = [...text.matchAll(/^\s*(?:dependencies|replaces)\s*(?::[^=\n]*)?=\s*\[([^\]]*)\]/gm)]
  const pairs = lists.flatMap(([, list = '']) => [
    ...list.matchAll(/\(\s*(['"])([^'"]+)\1\s*,\s*(['"])([^'"]+)\3\s*,?\s*\)/g),
  ])
  const app =
    file.unit
      .replace(/\/?migrations$/, '')
      .split('/')
      .at(-1) ?? ''
  const own = pairs.filter(([, , label = '']) => app === '' || label === app || !pairs.some((pair) => pair[2] === app))
  // a label of the app's own is unknown here: then all pairs count, and none makes a file its own parent
  return { file, id: file.name, parents: own.map((pair) => pair[4] ?? '').filter((name) => name !== file.name) }
}

function quoted(text: string): string[] {
  return [...text.matchAll(/(['"])([^'"\n]+)\1/g)].map((match) => match[2] ?? '')
}

function leavesOf(nodes: readonly Node[]): Node[] {
  const parents = new Set(nodes.flatMap((node) => node.parents))
  return nodes.filter(({ id }) => !parents.has(id))
}
