/** `db template`: an idle copy of a role's source, kept to fork from while programs are connected to the source. */
import { flag, type Input, type Result, type Session, usageError } from '../command.ts'
import { enter } from '../entrance.ts'
import type { DatabaseSettings } from '../policy/databases/database-settings.ts'
import type { Policy } from '../policy/policy.ts'
import { dropTemplate, keptTemplates, refreshTemplate } from '../system/databases/templates.ts'

/** Makes the template, or makes it anew; with `--drop` takes it away. In any worktree, the main one too: it is of the clone. */
export async function template(input: Input, session: Session): Promise<Result> {
  const { repository, policy } = enter(session)
  const [, named] = input.positionals
  const isDrop = flag(input, 'drop')
  const known = keptTemplates(repository)
  const role = roleOf(policy, named, isDrop ? known.map((one) => one.role) : [])
  const settings = policy.settings.databases[role]
  if (!isDrop && settings?.mode === 'empty') throw startsEmpty(role, policy)
  if (flag(input, 'dry-run'))
    return {
      json: { ok: true, dryRun: true, role },
      text: isDrop
        ? `Would drop the template of database ${role}.`
        : `Would make the template of database ${role} anew.`,
    }
  if (isDrop) {
    const kept = known.find((one) => one.role === role) ?? keptAs(role, settings)
    const dropped = await dropTemplate(repository, kept)
    const text = dropped.length === 0 ? `Database ${role} has no template.` : `Dropped ${dropped.join(', ')}.`
    return { json: { ok: true, role, dropped }, text }
  }
  const name = await refreshTemplate(repository, policy, role, settings as DatabaseSettings)
  const text = `Template ${name} is a copy of the source as it is now. Make it anew: npx lanekeeper db template ${role}`
  return { json: { ok: true, role, template: name }, text }
}

/** A template that nothing is ever forked from would only take up room. */
function startsEmpty(role: string, { settings }: Policy) {
  const forks = Object.entries(settings.databases).filter(
    ([, { provider, mode }]) => provider !== 'none' && mode === 'fork',
  )
  return usageError(
    `Database ${role} starts empty in every worktree ("mode": "empty"), so nothing is forked from a template of it.`,
    forks.length === 0
      ? `Set databases.${role}.mode to "fork" in lanekeeper.json, or leave it.`
      : forks.map(([name]) => `npx lanekeeper db template ${name}`).join('\n'),
  )
}

/** Its file is gone; the server knows. */
function keptAs(role: string, settings: DatabaseSettings | undefined) {
  return { role, provider: settings?.provider ?? 'postgres', vars: settings?.vars ?? [role] }
}

function roleOf({ settings }: Policy, named: string | undefined, kept: readonly string[]): string {
  const own = Object.entries(settings.databases).filter(([, { provider }]) => provider !== 'none')
  const roles = [...new Set([...own.map(([role]) => role), ...kept])]
  const wanted = named ?? (roles.length === 1 ? roles[0] : 'dev')
  if (wanted !== undefined && roles.includes(wanted)) return wanted
  throw usageError(
    named === undefined ? 'Which database?' : `There is no database "${named}".`,
    roles.length === 0 ? 'There is none: see "databases" in lanekeeper.json.' : `There is: ${roles.join(', ')}`,
  )
}
