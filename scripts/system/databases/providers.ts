/** The kinds of database there are, each loaded when a worktree has one; `none` means that worktrees share it knowingly. */
import { LanekeeperError } from '../../policy/errors.ts'
import type { DatabaseProvider } from './provider.ts'
import { sqlite } from './sqlite/sqlite.ts'

interface Kind {
  /** A file on this machine: a hook may make it. What lives on a server is left to a process that has time. */
  readonly isLocal: boolean
  load(): Promise<DatabaseProvider>
}

const KINDS: Readonly<Record<string, Kind>> = {
  sqlite: { isLocal: true, load: async () => sqlite },
  postgres: { isLocal: false, load: async () => (await import('./postgres/postgres.ts')).postgres },
  neon: { isLocal: false, load: async () => (await import('./services/neon/neon.ts')).neon },
  planetscale: {
    isLocal: false,
    load: async () => (await import('./services/planetscale/planetscale.ts')).planetscale,
  },
  turso: { isLocal: false, load: async () => (await import('./services/turso/turso.ts')).turso },
  command: { isLocal: false, load: async () => (await import('./command/command.ts')).command },
}

/** Whether databases of this kind are files of this machine. */
export function isLocal(id: string): boolean {
  return kindOf(id).isLocal
}

/** The provider of this name. Throws `database` where there is none. */
export function providerOf(id: string): Promise<DatabaseProvider> {
  return kindOf(id).load()
}

function kindOf(id: string): Kind {
  const kind = KINDS[id]
  if (kind) return kind
  throw new LanekeeperError('database', `There is no database provider "${id}".`)
}
