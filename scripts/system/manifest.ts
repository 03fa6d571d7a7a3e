/** What `init` wrote, with a hash of each file, so that `uninstall` takes out what is ours and leaves what somebody changed. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readJsonIfExists, writeAtomically } from './files.ts'
import type { Repository } from './repository.ts'

export interface ManifestEntry {
  readonly file: string
  /** Of the text as we left it. */
  readonly sha256: string
  /** `created`: the file was not there; `edited`: our lines are in a file of the user's. */
  readonly kind: 'created' | 'edited'
}

function manifestFile(repository: Repository): string {
  return join(repository.stateDir, 'manifest.json')
}

/** The entries, oldest first; none where init never ran in this clone. */
export function readManifestEntries(repository: Repository): ManifestEntry[] {
  return readJsonIfExists<{ files: ManifestEntry[] }>(manifestFile(repository))?.files ?? []
}

/**
 * Writes entries down beside the older ones; a file that we created once stays `created`.
 * @param gone files that hold nothing of ours any more, and are not missed
 */
export function recordWritten(
  repository: Repository,
  edits: readonly { file: string; before: string | null; after: string }[],
  gone: readonly string[] = [],
): void {
  const known = new Map(readManifestEntries(repository).map((entry) => [entry.file, entry]))
  for (const file of gone) known.delete(file)
  for (const { file, before, after } of edits) {
    const kind = before === null ? 'created' : (known.get(file)?.kind ?? 'edited')
    known.set(file, { file, sha256: sha256Of(after), kind })
  }
  writeAtomically(manifestFile(repository), `${JSON.stringify({ files: [...known.values()] }, null, 2)}\n`)
}

/** SHA-256 of a text, hexadecimal. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
