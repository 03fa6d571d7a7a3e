/** What a worktree's env files say about its databases. */

/** A value no driver can open: as a URL it has no such scheme, as a file it lies in a directory that is not there. */
export const DISABLED_DATABASE_URL = 'lanekeeper://database-not-ready/run-npx-lanekeeper-setup'

interface KnownDatabase {
  readonly state: string
  readonly url: string
  readonly vars: readonly string[]
  readonly urls?: Readonly<Record<string, string>>
}

/**
 * Variable → value for the worktree's env block. A database that is not ready disables its variables: a value inherited
 * from a copied or tracked env file would name the main worktree's database.
 */
export function databaseVariables(databases: readonly KnownDatabase[]): Record<string, string> {
  return Object.fromEntries(
    databases.flatMap(({ state, url, vars, urls }) =>
      vars.flatMap((name): [string, string][] => {
        if (state !== 'ready') return [[name, DISABLED_DATABASE_URL]]
        const value = urls?.[name] ?? url
        return value === '' ? [] : [[name, value]]
      }),
    ),
  )
}
