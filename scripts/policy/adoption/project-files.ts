/** The files of a new project: a small notes service with tests, migrations and a database to fork. */
import agents from '../../../templates/project/agents.md.hbs'
import envExample from '../../../templates/project/env.example.hbs'
import gitignore from '../../../templates/project/gitignore.hbs'
import settings from '../../../templates/project/lanekeeper.json.hbs'
import firstMigration from '../../../templates/project/migrations/0001-notes.sql.hbs'
import migrate from '../../../templates/project/migrations/run.js.hbs'
import manifest from '../../../templates/project/package.json.hbs'
import readme from '../../../templates/project/readme.md.hbs'
import database from '../../../templates/project/src/database.js.hbs'
import notes from '../../../templates/project/src/routes/notes.js.hbs'
import server from '../../../templates/project/src/server.js.hbs'
import environment from '../../../templates/project/src/settings.js.hbs'
import test from '../../../templates/project/test/notes.test.js.hbs'

export interface ProjectValues {
  /** Name of the npm package. */
  readonly name: string
  /** Version range or `file:` path of Lanekeeper. */
  readonly lanekeeper: string
  /** Version range of the SQLite package. */
  readonly libsql: string
}

const TEMPLATES: Readonly<Record<string, (values: object) => string>> = {
  '.env.example': envExample,
  // not named .gitignore among the templates: npm would leave the file out of a package
  '.gitignore': gitignore,
  'AGENTS.md': agents,
  'README.md': readme,
  'lanekeeper.json': () => projectSettings({ offline: false }),
  'migrations/0001-notes.sql': firstMigration,
  'migrations/run.js': migrate,
  'package.json': manifest,
  'src/database.js': database,
  'src/routes/notes.js': notes,
  'src/server.js': server,
  'src/settings.js': environment,
  'test/notes.test.js': test,
}

/** Path → text of every file that is committed. */
export function projectFiles(values: ProjectValues): Record<string, string> {
  return Object.fromEntries(Object.entries(TEMPLATES).map(([path, render]) => [path, render(values)]))
}

/**
 * The project's `lanekeeper.json`.
 * @param offline worktrees get no packages of their own: for the demo, which finds them above its folder
 */
export function projectSettings(values: { readonly offline: boolean }): string {
  return settings(values)
}

/** The main worktree's own `.env.local`, which tasks' databases are forked from; ignored by git. */
export function projectEnv(): string {
  return envExample({}).replace(/^#.*\n/gm, '')
}
