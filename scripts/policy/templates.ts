/** Values by template in `lanekeeper.json`: `{{ports.PORT}}`, `{{database.dev.url}}`, `{{slug}}` … */
import { isDisabled } from './env-file.ts'
import { LanekeeperError } from './errors.ts'

/** Placeholder (without braces) → its text. */
export type Dictionary = Readonly<Record<string, string>>

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g

/**
 * Fills a template.
 * @param where how an error names it, e.g. `"env[0].set.APP_URL" in lanekeeper.json`
 * @returns the text; where a placeholder stands for something unusable (a database that failed), that reason alone
 * @throws `settings` for a placeholder that does not exist, with those that do
 */
export function fillTemplate(template: string, dictionary: Dictionary, where: string): string {
  let disabled: string | null = null
  const text = template.replace(PLACEHOLDER, (_, name: string) => {
    const value = Object.hasOwn(dictionary, name) ? dictionary[name] : undefined
    if (value === undefined) throw unknown(name, dictionary, where)
    if (isDisabled(value)) disabled ??= value
    return value
  })
  return disabled ?? text
}

function unknown(name: string, dictionary: Dictionary, where: string): LanekeeperError {
  const known = Object.keys(dictionary).map((key) => `{{${key}}}`)
  return new LanekeeperError('settings', `Unknown placeholder {{${name}}} in ${where}.`, {
    hint: `There are: ${known.join(' ')}`,
  })
}

export interface TemplateFacts {
  readonly repo: string
  readonly slug: string
  readonly branch: string
  readonly task: string
  readonly ports: Readonly<Record<string, string>>
  readonly urls: Readonly<Record<string, string>>
  /** Role → URL, or the disabled value that says why there is none. */
  readonly databases: Readonly<Record<string, string>>
}

/** Every placeholder that env values may use. */
export function dictionaryOf(facts: TemplateFacts): Dictionary {
  const prefixed = (prefix: string, values: Readonly<Record<string, string>>, suffix = '') =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}.${key}${suffix}`, value]))
  return {
    repo: facts.repo,
    slug: facts.slug,
    branch: facts.branch,
    task: facts.task,
    ...prefixed('ports', facts.ports),
    ...prefixed('url', facts.urls),
    ...prefixed('database', facts.databases, '.url'),
  }
}
