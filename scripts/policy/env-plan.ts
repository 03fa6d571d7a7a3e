/** Which variables our block holds, file by file. */
import { LanekeeperError } from './errors.ts'
import { type PortMap, rewrittenValue } from './main-ports.ts'
import { type Dictionary, fillTemplate } from './templates.ts'

export interface EnvFileFacts {
  /** Path from the worktree's root. */
  readonly file: string
  /** `set` of the settings; empty for a file that was only copied. */
  readonly set: Readonly<Record<string, string>>
  /** What a reader of this file sees without our block: its own lines, and those of the `.env` it stands above. */
  readonly inherited: Readonly<Record<string, string>>
  /** Variables that the main worktree has in the same place. */
  readonly definedInMain: readonly string[]
  /** In the settings, not merely copied. */
  readonly isConfigured: boolean
  /** What it holds besides, whatever stands there: the project of Docker Compose. */
  readonly given: Readonly<Record<string, string>>
}

export interface EnvPlanFacts {
  readonly files: readonly EnvFileFacts[]
  /** Service → port, or the disabled value. */
  readonly services: Readonly<Record<string, string>>
  /** Variable → its database's URL, or the disabled value. */
  readonly databaseVars: Readonly<Record<string, string>>
  readonly dictionary: Dictionary
  readonly portMap: PortMap
}

export interface EnvFilePlan {
  readonly file: string
  readonly values: Readonly<Record<string, string>>
  /** Templates that could not be filled. */
  readonly problems: readonly LanekeeperError[]
}

/**
 * Plans the block of every file: what the file has that belongs to the main worktree is answered by a value of our own
 * below it; the first configured file holds every service; a database's variable stands where the main worktree has it.
 */
export function planEnvFiles(facts: EnvPlanFacts): EnvFilePlan[] {
  return facts.files.map((file, index) => {
    const problems: LanekeeperError[] = []
    const values = {
      ...(index === 0 ? facts.services : {}),
      ...overridesOf(file, facts),
      ...databaseVarsOf(file, index === 0, facts),
      ...file.given,
      ...filled(file, facts.dictionary, problems),
    }
    return { file: file.file, values, problems }
  })
}

function overridesOf({ inherited }: EnvFileFacts, facts: EnvPlanFacts): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [key, value] of Object.entries(inherited)) {
    const own = facts.databaseVars[key] ?? facts.services[key] ?? rewrittenValue(key, value, facts.portMap)
    if (own !== value) values[key] = own
  }
  return values
}

function databaseVarsOf(file: EnvFileFacts, isFirst: boolean, facts: EnvPlanFacts): Record<string, string> {
  const belongsHere = (name: string) =>
    Object.hasOwn(file.inherited, name) ||
    (file.isConfigured && file.definedInMain.includes(name)) ||
    (isFirst && !facts.files.some(({ isConfigured, definedInMain }) => isConfigured && definedInMain.includes(name)))
  return Object.fromEntries(Object.entries(facts.databaseVars).filter(([name]) => belongsHere(name)))
}

function filled(file: EnvFileFacts, dictionary: Dictionary, problems: LanekeeperError[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [key, template] of Object.entries(file.set)) {
    try {
      values[key] = fillTemplate(template, dictionary, `${key} of ${file.file} ("env" in lanekeeper.json)`)
    } catch (error) {
      if (!(error instanceof LanekeeperError)) throw error
      problems.push(error)
    }
  }
  return values
}
