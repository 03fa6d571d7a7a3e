/** Tells whether uncommitted work is still what it was, without reading it. */
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { changeOf } from '../policy/uncommitted-lines.ts'
import type { Uncommitted } from './uncommitted.ts'

/** More files or bytes than this are no work but something that nobody ignores yet: git would take long to read it all. */
const MOST_FILES = 5000
const MOST_BYTES = 100_000_000

/**
 * Text that changes whenever an uncommitted file does: what git says of it, and time and size of the file. Null where it is
 * too much to be looked at in passing.
 */
export function fingerprintOf(dir: string, uncommitted: Uncommitted): string | null {
  // loaded only where something is uncommitted: it takes Node 2 ms
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256')
  const budget = { files: MOST_FILES, bytes: MOST_BYTES }
  for (const line of uncommitted) {
    hash.update(`${line}\0`)
    for (const mark of marksOf(join(dir, changeOf(line).path), budget)) hash.update(`${mark}\0`)
  }
  return budget.files < 0 || budget.bytes < 0 ? null : hash.digest('hex').slice(0, 16)
}

function marksOf(path: string, budget: { files: number; bytes: number }): string[] {
  budget.files -= 1
  if (budget.files < 0 || budget.bytes < 0) return []
  const stat = statOf(path)
  if (!stat) return [`${path} gone`]
  if (stat.isFile()) budget.bytes -= stat.size
  const own = `${path} ${stat.mtimeMs} ${stat.size} ${stat.ino} ${stat.mode}`
  return stat.isDirectory() ? [own, ...entriesOf(path).flatMap((name) => marksOf(join(path, name), budget))] : [own]
}

function statOf(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** What an installation made of a new package is hardly ever work. */
function entriesOf(path: string): string[] {
  try {
    return readdirSync(path).filter((name) => name !== 'node_modules' && name !== '.git')
  } catch {
    return []
  }
}
