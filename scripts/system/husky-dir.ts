/** The tracked `.husky` directory as it lies in a work tree. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Its hook files: name and text. */
export function baseHooksInWorktree(root: string): { name: string; text: string }[] {
  const dir = join(root, '.husky')
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter((name) => /^[a-z-]+$/.test(name) && statSync(join(dir, name)).isFile())
    .map((name) => ({ name, text: readFileSync(join(dir, name), 'utf8') }))
}
