/** The settings file for a project: only what differs from the defaults, so that it stays short enough to read. */
import type { DetectedDatabase } from '../databases/detect-databases.ts'
import { type DetectedMigrations, detectMigrations } from '../migrations/detect-migrations.ts'
import { migrateCommand } from '../migrations/migrate-command.ts'
import { shellQuote } from '../shell-quote.ts'
import type { Services } from './detect-services.ts'
import { setupCommands } from './detect-setup.ts'
import { type Manifest, scriptRunner } from './package-scripts.ts'
import { manifestOf, type ProjectFacts } from './project-facts.ts'

/** The settings that differ from the defaults for this project. */
export function settingsFor(facts: ProjectFacts, services: Services, databases: readonly DetectedDatabase[]): object {
  const found = detectMigrations(facts)
  const migrations = found.map((one) => migrationsEntry(one, databases))
  const commandFor = (role: string) => {
    const index = migrations.findIndex(({ database }) => database === role)
    const preset = found[index]?.preset
    return preset === undefined ? null : migrateCommand(preset, manifestOf(facts), scriptRunner(facts.files))
  }
  const count = Object.keys(services.ports).length
  const isDefaultEnv = services.env.length === 1 && services.env[0]?.file === '.env.local'
  const setup = setupCommands(facts)
  const test = testCommand(facts)
  return {
    ...(manifestOf(facts) ? { $schema: './node_modules/lanekeeper/lanekeeper.schema.json' } : {}),
    ...(facts.base.isSure ? {} : { base: facts.base.name }),
    ...(count > 1 ? { ports: { ...(count > 10 ? { size: count } : {}), services: services.ports } } : {}),
    ...(isDefaultEnv ? {} : { env: services.env }),
    ...(databases.length > 0
      ? { databases: Object.fromEntries(databases.map((one) => databaseEntry(one, commandFor(one.role)))) }
      : {}),
    ...(migrations.length > 0 ? { migrations } : {}),
    ...(setup.length === 0 ? {} : { setup }),
    ...(test === null ? {} : { test }),
  }
}

/** As wide as most formatters let a line be. */
const WIDTH = 80

/**
 * The file's text as the project's formatter would leave it: indented as package.json is, short lists on one line.
 * @param manifest text of package.json, or empty
 */
export function settingsText(settings: object, manifest: string): string {
  const unit = /^([ \t]+)"/m.exec(manifest)?.[1] ?? '  '
  const text = JSON.stringify(settings, null, unit)
  const lists = text.replace(/^([ \t]*)(.*)\[\n([^[\]{}]*?)\n[ \t]*\](,?)$/gm, (whole, indent, key, items, comma) => {
    const line = `${key}[${items.trim().split(/\n\s*/).join(' ')}]${comma}`
    return indent.replaceAll('\t', '  ').length + line.length > WIDTH ? whole : indent + line
  })
  return `${lists}\n`
}

function databaseEntry({ role, provider, vars, mode }: DetectedDatabase, migrate: string | null): [string, object] {
  const how = { ...(mode === 'fork' ? {} : { mode }), ...(migrate === null ? {} : { migrate: [migrate] }) }
  return [role, { provider, vars, ...how }]
}

/** Their database is the one of their package; where no package has one of its own, the project's first. */
function migrationsEntry(
  { preset, paths, dirs }: DetectedMigrations,
  databases: readonly DetectedDatabase[],
): { readonly preset: string; readonly database: string; readonly paths?: readonly string[] } {
  const own = databases.find(({ dir }) => dir !== '' && dirs.every((one) => one.startsWith(`${dir}/`)))
  return { preset, database: (own ?? databases[0])?.role ?? 'dev', ...(paths ? { paths } : {}) }
}

/** npm test needs no word in the settings. */
function testCommand({ files, packages }: ProjectFacts): string | null {
  if (packages.some(({ dir, manifest }) => dir === '' && hasTests(manifest))) return null
  const known: [file: string, command: string][] = [
    ['Cargo.toml', 'cargo test'],
    ['go.mod', 'go test ./...'],
    ['mix.exs', 'mix test'],
    ['bin/rails', 'bin/rails test'],
    ['manage.py', 'python manage.py test'],
    // a worktree has no virtual environment until one of these makes it
    ['uv.lock', 'uv run pytest'],
    ['poetry.lock', 'poetry run pytest'],
    ['pdm.lock', 'pdm run pytest'],
    ['pytest.ini', 'pytest'],
    ['pyproject.toml', 'pytest'],
  ]
  return known.find(([file]) => files.includes(file))?.[1] ?? testBelow(files, packages)
}

/** Of the one project below a root that has none. */
function testBelow(files: readonly string[], packages: ProjectFacts['packages']): string | null {
  const [only, ...others] = packages
  if (only === undefined || others.length > 0 || !hasTests(only.manifest)) return null
  const names = files.filter((file) => file.startsWith(`${only.dir}/`)).map((file) => file.slice(only.dir.length + 1))
  return `cd ${shellQuote(only.dir)} && ${scriptRunner(names)} test`
}

function hasTests(manifest: Manifest): boolean {
  const script = manifest.scripts?.test
  return script !== undefined && !script.includes('no test specified')
}
