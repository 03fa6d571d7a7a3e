/** The demo as data: what is said, which real command is run where, and how it must end. */
import searchRoute from '../../../templates/demo/search.js.hbs'
import searchTest from '../../../templates/demo/search.test.js.hbs'
import tagsRoute from '../../../templates/demo/tags.js.hbs'
import tagsMigration from '../../../templates/demo/tags.sql.hbs'
import tagsTest from '../../../templates/demo/tags.test.js.hbs'
import { projectSettings } from './project-files.ts'

export type DemoStep =
  | { readonly say: string }
  /** Directory relative to the demo's folder; `status` is what the command must end with. */
  | { readonly run: readonly string[]; readonly in: string; readonly status: number }
  | { readonly write: Readonly<Record<string, string>>; readonly in: string }
  | { readonly append: string; readonly to: string; readonly in: string }

const MAIN = 'notes'
const TAGS = 'notes.worktrees/tag-notes'
const SEARCH = 'notes.worktrees/search-notes'
const HEALTH = 'notes.worktrees/health-check'

const say = (text: string): DemoStep => ({ say: text })
const run = (where: string, ...words: string[]): DemoStep => ({ run: words, in: where, status: 0 })
const refused = (where: string, status: number, ...words: string[]): DemoStep => ({ run: words, in: where, status })
const newTask = (title: string, ...more: string[]) =>
  run(MAIN, 'npx', 'lanekeeper', 'new-task', '--title', title, ...more)

/** The whole walk, in order. */
export const demoStory: readonly DemoStep[] = [
  say('A small real project: an HTTP server, SQLite, migrations, tests. Your own project gets the same by `init`.'),
  run('.', 'npx', 'lanekeeper', 'new-project', 'notes', '--no-install'),
  run(MAIN, 'npm', 'run', '--silent', 'migrate'),
  say('The demo finds its packages above this folder; with "dependencies": "none" it needs no network.'),
  { write: { 'lanekeeper.json': projectSettings({ offline: true }) }, in: MAIN },
  run(MAIN, 'git', 'commit', '--quiet', '--all', '-m', 'Leave packages alone'),

  say('Three tasks. Each gets a branch, a worktree, a port and a fork of the database; one owns the migrations.'),
  newTask('Tag notes', '--allow', 'src/routes/tags.js', '--allow', 'test/tags.test.js', '--migrations', 'dev'),
  newTask('Search notes', '--allow', 'src/routes/search.js', '--allow', 'test/search.test.js'),
  newTask('Health check', '--allow', 'src/routes/health.js'),
  run(MAIN, 'npx', 'lanekeeper', 'status'),
  run(SEARCH, 'cat', '.env.local'),

  say('Three agents work at the same time, each in its own worktree. The first stays in its lane.'),
  {
    write: {
      'migrations/0002-tags.sql': tagsMigration({}),
      'src/routes/tags.js': tagsRoute({}),
      'test/tags.test.js': tagsTest({}),
    },
    in: TAGS,
  },
  run(TAGS, 'git', 'add', '--all'),
  run(TAGS, 'git', 'commit', '--quiet', '-m', 'Tag notes'),

  say('The second improves the server by the way, which nobody asked for. git tells it while it can still react.'),
  { write: { 'src/routes/search.js': searchRoute({}), 'test/search.test.js': searchTest({}) }, in: SEARCH },
  { append: '// every line of this file was fine before\n', to: 'src/server.js', in: SEARCH },
  run(SEARCH, 'git', 'add', '--all'),
  refused(SEARCH, 1, 'git', 'commit', '--quiet', '-m', 'Search notes'),

  say('It goes around the hook. The merge is refused all the same, and nothing is touched.'),
  run(SEARCH, 'git', 'commit', '--quiet', '--no-verify', '-m', 'Search notes'),
  refused(MAIN, 128, 'git', 'merge', '--no-edit', 'task/search-notes'),
  run(MAIN, 'git', 'status', '--short', '--branch'),

  say('It takes the stray change back, as the refusal says. (A person could widen the lane: `task widen`.)'),
  run(SEARCH, 'git', 'restore', '--source=main', '--staged', '--worktree', '--', 'src/server.js'),
  run(SEARCH, 'git', 'commit', '--quiet', '-m', 'Leave the server alone'),
  run(SEARCH, 'npx', 'lanekeeper', 'check'),

  say('The third is half-way.'),
  { write: { 'src/routes/health.js': "export const path = '/health'\n" }, in: HEALTH },

  say('Two tasks land: merged and tested aside, and only then does main move. Their worktrees go.'),
  run(MAIN, 'npx', 'lanekeeper', 'land', 'search-notes', 'tag-notes'),
  run(MAIN, 'git', 'log', '--oneline', '--graph', '-8'),
  run(MAIN, 'npx', 'lanekeeper', 'status'),

  say('The third is given up. What is not committed is not thrown away by accident.'),
  refused(MAIN, 1, 'npx', 'lanekeeper', 'remove', 'health-check'),
  run(MAIN, 'npx', 'lanekeeper', 'remove', 'health-check', '--force-dirty'),

  say('Nothing is left: no worktree, no branch, no port, no database.'),
  run(MAIN, 'npx', 'lanekeeper', 'gc'),
  run(MAIN, 'git', 'worktree', 'list'),
  run(MAIN, 'git', 'branch', '--list'),
  run(MAIN, 'git', 'status', '--short'),
]
