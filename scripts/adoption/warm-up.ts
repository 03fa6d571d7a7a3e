/** Runs the hooks' pure half once, so that V8's code cache holds its functions compiled (`install` calls it). */
import { refusalText } from '../policy/refusal.ts'
import { defaultSettings } from '../policy/settings.ts'
import { formatTask, parseTask } from '../policy/task.ts'
import { type Facts, judge } from '../policy/verdict.ts'

const SAMPLE = {
  id: 'sample',
  title: 'Sample',
  branch: 'task/sample',
  base: 'main',
  allow: ['src/sample'],
  deny: ['src/sample/legacy'],
  shared: [],
  steps: ['one'],
  context: '',
  dependsOn: [],
  migrations: null,
  tables: [],
  agent: 'none',
  state: 'open',
  handoffs: [],
  createdAt: '2026-01-01T00:00:00.000Z',
} as const

/** Judges a made-up change, and words the refusal. Has no effect. */
export function warmUp(): void {
  const task = parseTask(formatTask(SAMPLE), 'sample.md')
  const change = { path: 'lib/x.ts', status: 'M', oldMode: '100644', newMode: '100644', oid: 'a' } as const
  const facts: Facts = {
    base: 'main',
    settings: defaultSettings(),
    openTasks: [task],
    contributions: [{ task, source: task.branch, changes: [change] }],
    linkTargets: new Map(),
    nameTwins: new Map(),
    migrations: null,
  }
  refusalText(judge(facts), facts, { door: 'move', what: 'sample', recovery: [] })
}
