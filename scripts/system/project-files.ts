/** Writes edits into a user's project: through links, keeping each file's permissions, and only on the text that was planned for. */
import { existsSync, realpathSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import type { Edit } from '../policy/adoption/init-plan.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { readIfExists, writeAtomically } from './files.ts'

const NEW_FILE_MODE = 0o644

type TextEdit = Pick<Edit, 'file' | 'before' | 'after'>

/**
 * Carries edits out, all or none as far as it can be told before.
 * @throws `unsafe` where a file changed since it was planned, or is a link out of the project; nothing is written then
 */
export function applyEdits(root: string, edits: readonly TextEdit[]): void {
  const targets = edits.map((edit) => checkedTarget(root, edit))
  edits.forEach(({ after }, index) => {
    const target = targets[index] ?? ''
    const known = statSync(target, { throwIfNoEntry: false })
    writeAtomically(target, after, { mode: known ? known.mode & 0o777 : NEW_FILE_MODE })
  })
}

/** The file an edit really writes to: links are followed, so that a link stays one. */
function checkedTarget(root: string, { file, before }: TextEdit): string {
  const path = join(root, file)
  if (readIfExists(path) !== before)
    throw new LanekeeperError('unsafe', `${path} changed while we looked at it.`, { hint: 'Repeat the command.' })
  const existing = nearestExisting(path)
  const target = realpathSync(existing) + path.slice(existing.length)
  if (!`${target}${sep}`.startsWith(realpathSync(root) + sep))
    throw new LanekeeperError('unsafe', `${file} is a link that leaves the project (→ ${target}).`, {
      hint: 'Replace the link by a file, then repeat.',
    })
  return target
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path))
}

/** Deletes a file of ours, and the directories above it that are empty then. */
export function deleteFile(root: string, file: string): void {
  rmSync(join(root, file), { force: true })
  try {
    for (let dir = dirname(file); dir !== '.'; dir = dirname(dir)) rmdirSync(join(root, dir))
  } catch {
    // not empty: somebody else's files live there
  }
}
