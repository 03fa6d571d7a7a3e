/** What `init` writes into a project, decided from facts alone: the same facts give the same plan, an adopted project an empty one. */
import renderAgents from '../../../templates/agents-block.hbs'
import renderHookLine from '../../../templates/hook-line.hbs'
import { agentEdits, agentNotes } from '../agent-hooks/adopt.ts'
import type { HookedAgent } from '../agent-hooks/formats.ts'
import { type DetectedDatabase, detectDatabases } from '../databases/detect-databases.ts'
import { SETTINGS_FILE } from '../settings.ts'
import { detectServices, type Services } from './detect-services.ts'
import { notesFor } from './init-notes.ts'
import { settingsFor, settingsText } from './init-settings.ts'
import { hasBlock, withBlock, withLine } from './marked-text.ts'
import { missingArchive } from './own-archive.ts'
import { installScriptOf, scriptRunner, withScripts } from './package-scripts.ts'
import { IN_NODE_MODULES, manifestOf, type ProjectFacts } from './project-facts.ts'

/** The hooks whose tracked source names us; post-checkout must never fail a checkout. */
export const HOOKS = [
  'post-checkout',
  'pre-commit',
  'pre-merge-commit',
  'reference-transaction',
  'pre-rebase',
  'pre-push',
] as const

/** The convention of Claude Code, worktrunk and gtr. */
export const INCLUDE_FILE = '.worktreeinclude'

export interface Edit {
  readonly file: string
  /** null: the file is new. */
  readonly before: string | null
  readonly after: string
  readonly why: string
}

export interface Plan {
  readonly edits: readonly Edit[]
  /** What was recognised, for the person who reads the plan. */
  readonly found: readonly string[]
  /** What a person should see to, one sentence each. */
  readonly notes: readonly string[]
  /** How the project's people start a task: by its script where there is a package.json. */
  readonly newTask: string
  /** The packed Lanekeeper that is to be committed too, or null. */
  readonly archive: string | null
}

/**
 * The plan for a project; `edits` is empty where everything is there already.
 * @param agents whose own hooks are to hold them in their lanes while they edit
 */
export function planInit(known: ProjectFacts, agents: readonly HookedAgent[] = []): Plan {
  const facts = { ...known, usesClaude: known.usesClaude || agents.includes('claude') }
  const text = (file: string) => facts.texts.get(file) ?? null
  const ofAgents = agentEdits(agents, text).map((one) => ({ ...one, before: text(one.file) }))
  const databases = detectDatabases(facts.envFiles)
  const services = detectServices(
    facts.packages,
    facts.envFiles,
    databases.map(({ dir }) => dir),
  )
  const settings = settingsFor(facts, services, databases)
  const hasMigrations = 'migrations' in settings || /"migrations"\s*:/.test(facts.texts.get(SETTINGS_FILE) ?? '')
  const edits = [
    ...HOOKS.map((hook) => hookEdit(facts, hook)),
    settingsEdit(facts, settings),
    packageEdit(facts, hasMigrations),
    ignoreEdit(facts, services, databases),
    includeEdit(facts, services),
    agentsEdit(facts, hasMigrations),
    claudeEdit(facts),
    ...ofAgents.map(({ after, ...rest }) => (after === null ? null : { ...rest, after })),
  ]
  return {
    edits: edits.filter((edit) => edit !== null && edit.after !== edit.before).filter((edit) => edit !== null),
    found: [...services.found, ...databases.map(described)],
    notes: [...notesFor(facts), ...agentNotes(agents, facts.files, text, facts.ignored)],
    newTask: newTaskLine(facts),
    archive: missingArchive(facts),
  }
}

function described({ role, provider, vars }: DetectedDatabase): string {
  return `${provider === 'sqlite' ? 'SQLite' : 'Postgres'} database "${role}" (${vars.join(', ')})`
}

function edit(facts: ProjectFacts, file: string, why: string, change: (before: string | null) => string): Edit {
  const before = facts.texts.get(file) ?? null
  return { file, before, after: change(before), why }
}

/** Our marked line in a hook's tracked source. */
export function hookLine(hook: (typeof HOOKS)[number]): string {
  return renderHookLine({ hook, failsOpen: hook === 'post-checkout' }).trimEnd()
}

function hookEdit(facts: ProjectFacts, hook: (typeof HOOKS)[number]): Edit {
  return edit(facts, `.husky/${hook}`, 'one marked line; your own lines stay', (before) =>
    withLine(before, hookLine(hook)),
  )
}

/** Settings that are there are a person's: they are never edited. */
function settingsEdit(facts: ProjectFacts, settings: object): Edit | null {
  if (facts.texts.has(SETTINGS_FILE)) return null
  return {
    file: SETTINGS_FILE,
    before: null,
    after: settingsText(settings, facts.texts.get('package.json') ?? ''),
    why: 'settings: only what was detected',
  }
}

function packageEdit(facts: ProjectFacts, hasMigrations: boolean): Edit | null {
  const manifest = manifestOf(facts)
  if (!manifest) return null
  const name = installScriptOf(manifest, facts.usesYarnBerry)
  const more = hasMigrations ? ', "new-task" and "new-migration"' : ' and "new-task"'
  return edit(facts, 'package.json', `scripts "${name}" (installs the hooks)${more}`, (before) =>
    withScripts(before ?? '', manifest, name, hasMigrations),
  )
}

/** Env files and databases of a worktree must never be committed; installed packages would make every worktree look dirty. */
function ignoreEdit(facts: ProjectFacts, services: Services, databases: readonly DetectedDatabase[]): Edit | null {
  const before = facts.texts.get('.gitignore') ?? null
  if (before !== null && hasBlock(before, 'hash')) return null
  const isTracked = (file: string) => facts.files.includes(file) && !facts.untracked.includes(file)
  const env = services.env.map(({ file }) => file).filter((file) => !isTracked(file) && !facts.ignored.has(file))
  const names = databases.flatMap(({ path }) => (path === '' ? [] : [path.split('/').at(-1) ?? path]))
  const data = facts.untracked.filter((file) => names.includes(file.split('/').at(-1) ?? file))
  const hasModules = manifestOf(facts) !== null && !facts.ignored.has(IN_NODE_MODULES)
  const lines = [
    ...new Set([
      ...(hasModules ? ['node_modules'] : []),
      ...env.map(ignorePattern),
      ...data.map((file) => `/${file}*`),
    ]),
  ]
  if (lines.length === 0) return null
  return edit(facts, '.gitignore', `never commit ${lines.join(', ')}`, (text) =>
    withBlock(text, lines.join('\n'), 'hash'),
  )
}

/**
 * A worktree's env file would hold our lines alone, and no server starts without the rest of them. Settings that are
 * there mean that the project was adopted before: who took the list away then wants it so.
 */
function includeEdit(facts: ProjectFacts, services: Services): Edit | null {
  if (facts.texts.has(INCLUDE_FILE) || facts.texts.has(SETTINGS_FILE)) return null
  const isIgnored = (path: string) => facts.ignored.has(path) || services.env.some(({ file }) => file === path)
  const lines = facts.envFiles
    .filter(({ path, isTracked }) => !isTracked && isIgnored(path))
    .map(({ path }) => `/${path}`)
  if (lines.length === 0) return null
  return edit(facts, INCLUDE_FILE, 'ignored files that a new worktree gets a copy of', () => `${lines.join('\n')}\n`)
}

/** One line for the same file in every package. */
function ignorePattern(file: string): string {
  return file.split('/').at(-1) ?? file
}

function agentsEdit(facts: ProjectFacts, hasMigrations: boolean): Edit {
  const newTask = newTaskLine(facts)
  const newMigration = hasMigrations ? newTask.replace('new-task', 'new-migration') : ''
  const body = renderAgents({ base: facts.base.name, newTask, newMigration }).trimEnd()
  return edit(facts, 'AGENTS.md', 'a marked block: what an agent in a worktree must know', (before) =>
    withBlock(before, body, 'html'),
  )
}

function newTaskLine(facts: ProjectFacts): string {
  return manifestOf(facts) ? `${scriptRunner(facts.files)} new-task` : 'npx lanekeeper new-task'
}

/** Claude Code reads CLAUDE.md only, and takes AGENTS.md in by this line. */
function claudeEdit(facts: ProjectFacts): Edit | null {
  if (!facts.usesClaude || facts.texts.has('CLAUDE.md')) return null
  return { file: 'CLAUDE.md', before: null, after: '@AGENTS.md\n', why: 'Claude Code reads CLAUDE.md only' }
}
