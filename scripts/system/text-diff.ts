/** Two texts compared by git, which needs them as files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import type { Git } from './git.ts'

export interface NamedText {
  /** As the diff shows it, a relative path. */
  readonly name: string
  readonly text: string
}

/** The unified diff, or nothing where they are the same. Throws `git` where git cannot compare them. */
export function textDiff(git: Git, before: NamedText, after: NamedText): string {
  const dir = mkdtempSync(join(tmpdir(), 'lanekeeper-diff-'))
  try {
    for (const { name, text } of [before, after]) {
      mkdirSync(join(dir, dirname(name)), { recursive: true })
      writeFileSync(join(dir, name), text, { mode: 0o600 })
    }
    const words = ['diff', '--no-index', '--no-color', '--no-ext-diff', '--no-textconv', '--', before.name, after.name]
    const { status, stdout, stderr } = git.at(dir).attempt(words)
    if (status === 0 || status === 1) return stdout.replace(/\n$/, '')
    throw new LanekeeperError('git', `git could not compare the two: ${stderr.trim()}`)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
