/**
 * How a project runs its migrations, for the settings `init` writes: its own script, or the one command that a framework
 * has for it. Anything less sure is left to a person: a project that lives by `db push` has a table for everything already,
 * and every new worktree would show a failed set-up.
 */
import type { Manifest } from '../adoption/package-scripts.ts'

/** Frameworks whose migrations are run in one way. */
const BY_PRESET: Readonly<Record<string, string>> = {
  rails: 'bin/rails db:migrate',
  django: 'python manage.py migrate',
  alembic: 'alembic upgrade head',
  laravel: 'php artisan migrate --force',
  ecto: 'mix ecto.migrate',
}

/** Names that projects give the script that brings a database up to date, the usual ones first. */
const SCRIPT_NAMES =
  /^(?:db[:-]migrate|migrate|db[:-]deploy|migrations?[:-](?:run|up|latest|deploy)|(?:db[:-])?migrate[:-](?:run|up|latest|deploy))$/
/** It asks, makes one, takes one back, or runs what a fresh worktree has not built yet. */
const NOT_JUST_RUNNING =
  /\b(?:dist|build|out)\/|\bmigrate dev\b|\b(?:make|create|generate|new|rollback|down|reset|undo|revert|fresh)\b/

/**
 * The shell line, or null where nobody can tell.
 * @param manifest of the package that has the migrations
 * @param runner how the project runs a script: `npm run`, `pnpm`, `yarn`, `bun run`
 */
export function migrateCommand(preset: string, manifest: Manifest | null, runner: string): string | null {
  const scripts = Object.entries(manifest?.scripts ?? {})
  const own = scripts.find(([name, line]) => SCRIPT_NAMES.test(name) && !NOT_JUST_RUNNING.test(line))
  if (own) return `${runner} ${own[0]}`
  return BY_PRESET[preset] ?? null
}
