/** The files that `init --agents` writes to, as they are here, at the base and at HEAD, and what this clone wrote down of them. */
import { join } from 'node:path'
import { AGENT_FILES } from '../policy/agent-hooks/settings-files.ts'
import type { TextOf } from '../policy/agent-hooks/settings-health.ts'
import { readIfExists } from './files.ts'
import type { Git } from './git.ts'
import { readManifestEntries } from './manifest.ts'
import { readObjects } from './objects.ts'
import type { Repository } from './repository.ts'

export interface AgentTexts {
  /** In this worktree. */
  readonly here: TextOf
  readonly atBase: TextOf
  readonly atHead: TextOf
  /** Files that `init` wrote to in this clone. */
  readonly written: ReadonlySet<string>
}

/** @param baseTip null where the base has no commit, or nobody knows which it is */
export function readAgentTexts(repository: Repository, baseTip: string | null): AgentTexts {
  const { git, root } = repository
  return {
    here: (file) => readIfExists(join(root, file)),
    atBase: baseTip === null ? () => null : textsAt(git, baseTip),
    atHead: textsAt(git, 'HEAD'),
    written: new Set(readManifestEntries(repository).map(({ file }) => file)),
  }
}

function textsAt(git: Git, commit: string): TextOf {
  const found = readObjects(
    git,
    AGENT_FILES.map((file) => `${commit}:${file}`),
  )
  const texts = new Map(AGENT_FILES.map((file, index) => [file, found[index]?.content.toString('utf8') ?? null]))
  return (file) => texts.get(file) ?? null
}

/** The commit (short) that last put something of ours into a file or took it out; null where none did. */
export function lastChangeOfOurs(git: Git, tip: string, file: string): string | null {
  const words = ['log', '-1', '--format=%h', `-Slanekeeper`, tip, '--', `:(top,literal)${file}`]
  return git.attempt(words).stdout.trim() || null
}
