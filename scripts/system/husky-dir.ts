/** The tracked `.husky` directory, of the base or as it lies in a work tree. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Policy } from '../policy/policy.ts'
import { parseTree, readObjects } from './objects.ts'
import type { Repository } from './repository.ts'
import type { BaseHook } from './trusted-hooks.ts'

/** A work tree's hook files: name and text. */
export function baseHooksInWorktree(root: string): BaseHook[] {
  const dir = join(root, '.husky')
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter((name) => /^[a-z-]+$/.test(name) && statSync(join(dir, name)).isFile())
    .map((name) => ({ name, text: readFileSync(join(dir, name), 'utf8') }))
}

/** The hooks of the base's tip; until the base has any, those in the main worktree's `.husky`. */
export function baseHooksOf(repository: Repository, policy: Policy): BaseHook[] {
  const [tree] = readObjects(repository.git, [`refs/heads/${policy.base}:.husky`])
  if (!tree) return baseHooksInWorktree(repository.mainWorktree)
  const files = parseTree(tree).filter(({ mode, name }) => mode.startsWith('100') && /^[a-z-]+$/.test(name))
  const contents = readObjects(
    repository.git,
    files.map(({ oid }) => oid),
  )
  return files.map(({ name }, index) => ({ name, text: contents[index]?.content.toString('utf8') ?? '' }))
}
