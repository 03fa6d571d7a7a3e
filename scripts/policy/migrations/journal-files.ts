/** Journals that are a list or one line: atlas.sum, Django's max_migration.txt, Rails' schema.rb, dumps with versions. */
import { type Brought, type Finding, filesAfter, pathsAfter } from './brought.ts'
import { compareVersions, type MigrationFile } from './migration-set.ts'
import { newestOf } from './sequence.ts'

/** atlas.sum lists every file of its directory with a hash; atlas refuses a directory that it does not fit. */
export function atlasSum(brought: Brought): Finding[] {
  return journalsOf(brought).flatMap(({ path, text }) => {
    const folder = path.replace(/\/?atlas\.sum$/, '')
    const listed = text
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ')[0] ?? '')
      .filter((name) => name !== '')
    const there = filesAfter(brought)
      .filter(({ unit }) => unit === folder)
      .map(nameOf)
      // atlas hashes the up files alone
      .filter((name) => !/\.down\.sql$/.test(name))
    const missing = there.find((name) => !listed.includes(name))
    const extra = listed.find((name) => !there.includes(name))
    if (missing === undefined && extra === undefined) return []
    const message = missing === undefined ? `it lists ${extra}, which is not there` : `it does not list ${missing}`
    return [{ path, message, ways: [`atlas migrate hash --dir file://${folder}`] }]
  })
}

/** django-linear-migrations: the file names the newest migration of its app. */
export function djangoMaxMigration(brought: Brought): Finding[] {
  const units = new Set(brought.added.map(({ unit }) => unit))
  return journalsOf(brought).flatMap(({ path, text }) => {
    const folder = path.slice(0, path.lastIndexOf('/'))
    const names = filesAfter(brought)
      .filter(({ unit }) => unit === folder)
      .map(({ name }) => name)
    if (!units.has(folder)) return []
    const named = text.trim()
    const added = brought.added.filter(({ unit }) => unit === folder).map(({ name }) => name)
    if (names.includes(named) && added.includes(named)) return []
    return [
      {
        path,
        message: `it names ${named || 'nothing'}, and this branch adds ${added.join(', ')}`,
        ways: ['python manage.py rebase_migration', 'or write the name of the newest migration into it'],
      },
    ]
  })
}

/** db/schema.rb: `define(version: 2024_01_31_120000)` is the newest migration's. */
export function railsSchema(brought: Brought): Finding[] {
  if (brought.added.length === 0) return []
  return journalsOf(brought).flatMap(({ path, text }) => {
    if (path.endsWith('.sql')) return missingVersions(brought, path, text)
    const said = /define\(version:\s*([\d_]+)\)/.exec(text)?.[1]?.replaceAll('_', '')
    const newest = newestOf(brought.set, besides(filesAfter(brought), path))
    if (said === undefined || newest === null) return []
    if (compareVersions(said, newest.version, 'number') === 0) return []
    const message = `it was dumped at version ${said}, and the newest migration is ${newest.version}`
    return [{ path, message, ways: ['bin/rails db:migrate, then commit the file it writes'] }]
  })
}

/** dbmate's db/schema.sql and Rails' or Ecto's structure.sql end in the versions that they hold. */
export function versionList(brought: Brought): Finding[] {
  if (brought.added.length === 0) return []
  return journalsOf(brought).flatMap(({ path, text }) => missingVersions(brought, path, text))
}

function missingVersions(brought: Brought, path: string, text: string): Finding[] {
  const listed = new Set(
    [...text.matchAll(/(?:^\s*|\bVALUES\s*)\(\s*'?(\d{4,})'?\s*\)/gim)].map((match) => match[1] ?? ''),
  )
  if (listed.size === 0) return []
  const missing = besides(brought.added, path).find(({ version }) => !listed.has(version))
  if (!missing) return []
  const message = `it does not hold ${nameOf(missing)}: the dump was not made after that migration`
  return [
    { path, message, ways: ['run your migrations here, so that the tool dumps the schema again, then commit it'] },
  ]
}

/** Of several databases' migrations those whose directory lies beside the dump: `db/migrate` and `db/schema.rb`. */
function besides(files: readonly MigrationFile[], dump: string): readonly MigrationFile[] {
  const parentOf = (path: string) => path.slice(0, Math.max(path.lastIndexOf('/'), 0))
  const near = files.filter(({ unit }) => parentOf(unit) === parentOf(dump))
  return near.length > 0 ? near : new Set(files.map(({ unit }) => unit)).size === 1 ? files : []
}

function nameOf({ path }: MigrationFile): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The journals that are there after landing, with their text. */
function journalsOf(brought: Brought): { path: string; text: string }[] {
  const { journal } = brought.set.tool
  return pathsAfter(brought)
    .filter((path) => journal?.file.test(path))
    .flatMap((path) => {
      const text = brought.text(path)
      return text === null ? [] : [{ path, text }]
    })
}
