/** Writes edits into a user's project: through links, keeping each file's permissions, and only on the text that was planned for. */
import { mkdirSync, realpathSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import type { Edit } from '../policy/init-plan.ts'
import { readIfExists, writeAtomically } from './files.ts'

const NEW_FILE_MODE = 0o644

/**
 * Carries an edit out.
 * @throws `unsafe` where the file changed since it was planned, or is a link out of the project
 */
export function applyEdit(root: string, { file, before, after }: Pick<Edit, 'file' | 'before' | 'after'>): void {
  const path = join(root, file)
  if (readIfExists(path) !== before)
    throw new LanekeeperError('unsafe', `${path} changed while we looked at it.`, { hint: 'Repeat the command.' })
  mkdirSync(dirname(path), { recursive: true })
  const target = before === null ? path : realpathSync(path)
  assertInside(root, before === null ? join(realpathSync(dirname(path)), 'new') : target, file)
  const mode = before === null ? NEW_FILE_MODE : statSync(target).mode & 0o777
  writeAtomically(target, after, { mode })
}

/** Deletes a file of ours, and its directory when that is empty then. */
export function deleteFile(root: string, file: string): void {
  rmSync(join(root, file), { force: true })
  try {
    if (dirname(file) !== '.') rmdirSync(dirname(join(root, file)))
  } catch {
    // not empty: somebody else's files live there
  }
}

function assertInside(root: string, target: string, file: string): void {
  if (target.startsWith(realpathSync(root) + sep)) return
  throw new LanekeeperError('unsafe', `${file} is a link that leaves the project (→ ${target}).`, {
    hint: 'Replace the link by a file, then repeat.',
  })
}
