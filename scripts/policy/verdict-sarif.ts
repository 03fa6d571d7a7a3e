/**
 * A verdict as SARIF 2.1.0 (OASIS), which code scanning of GitHub, GitLab, Azure DevOps and editors read. One run, every rule
 * of ours with its help, a result for each violation and warning.
 */
import type { Failure, Report } from './report.ts'
import { RULE_WORDS } from './rule-words.ts'
import type { RuleName, Violation } from './verdict.ts'
import { VERSION } from './version.ts'

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'
/** Where paths start: the repository's root, which only the reader knows. */
const ROOT = '%SRCROOT%'

const RULES = Object.keys(RULE_WORDS) as RuleName[]

/** The log of a verdict. */
export function sarifOf({ branch, base, verdict, unjudged }: Report): object {
  const results = [
    ...verdict.violations.map((violation) => resultOf(violation, 'error')),
    ...verdict.warnings.map((violation) => resultOf(violation, 'warning')),
  ]
  const notes = unjudged.map((text) => ({ level: 'note', message: { text: wellFormed(text) } }))
  const invocation = {
    executionSuccessful: true,
    ...(notes.length > 0 ? { toolExecutionNotifications: notes } : {}),
  }
  return log({ invocations: [invocation], results, properties: { branch, base } })
}

/** The log of a check that came to no verdict. */
export function sarifFailure({ code, message, hint }: Failure): object {
  const text = wellFormed(hint ? `${message}\n${hint}` : message)
  const notification = { level: 'error', descriptor: { id: code }, message: { text } }
  const invocation = { executionSuccessful: false, toolExecutionNotifications: [notification] }
  return log({ invocations: [invocation], results: [] })
}

function log(run: Readonly<Record<string, unknown>>): object {
  const rules = RULES.map((id) => ({
    id,
    shortDescription: { text: RULE_WORDS[id].short },
    help: { text: RULE_WORDS[id].help },
    defaultConfiguration: { level: 'error' },
  }))
  const driver = { name: 'lanekeeper', version: VERSION, semanticVersion: VERSION, rules }
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [{ tool: { driver }, automationDetails: { id: 'lanekeeper/' }, columnKind: 'utf16CodeUnits', ...run }],
  }
}

function resultOf({ rule, path, line, message, task, source, status, ways = [] }: Violation, level: string): object {
  const artifactLocation = { uri: uriOf(path), uriBaseId: ROOT }
  return {
    ruleId: rule,
    ruleIndex: RULES.indexOf(rule),
    level,
    message: { text: wellFormed([message, ...ways.map((way) => `→ ${way}`)].join('\n')) },
    locations: [{ physicalLocation: { artifactLocation, region: { startLine: line ?? 1 } } }],
    properties: { source, ...(task === null ? {} : { task }), ...(status === '' ? {} : { status }) },
  }
}

/** A relative URI: each part of the path percent-encoded, so that `a:b`, `#` and newlines are part of a name. */
export function uriOf(path: string): string {
  return wellFormed(path).split('/').map(encodeURIComponent).join('/')
}

/** Half a surrogate pair cannot be encoded. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}
