/**
 * A verdict as workflow commands: GitHub shows each at its file and line in the pull request (the first ten errors and the
 * first ten warnings of a step). Every line is a command of ours or a sentence of ours: a path or a message that holds
 * `::` or a newline can start no command of its own. The escapes are those of actions/toolkit, command.ts.
 */

import { refusalText } from './refusal.ts'
import { type Failure, passLine, type Report } from './report.ts'
import { type Facts, ownerOf, type Violation } from './verdict.ts'

/** The lines for stdout. */
export function githubText(report: Report): string {
  const { branch, verdict, facts } = report
  return [
    ...verdict.violations.map((violation) => annotation('error', violation, facts)),
    ...verdict.warnings.map((violation) => annotation('warning', violation, facts)),
    ...report.unjudged.map((text) => command('notice', { title: 'lanekeeper: not judged' }, text)),
    verdict.verdict === 'pass'
      ? passLine(report)
      : command(
          'error',
          { title: `${branch} may not land` },
          refusalText(verdict, facts, { door: report.door, what: `landing ${branch}`, recovery: [] }),
        ),
  ].join('\n')
}

/** A check that came to no verdict, as an annotation of the whole. */
export function githubFailure({ code, message, hint }: Failure): string {
  return command('error', { title: `lanekeeper: ${code}` }, hint ? `${message}\n${hint}` : message)
}

function annotation(level: 'error' | 'warning', violation: Violation, facts: Facts): string {
  const { rule, path, line, message, ways = [] } = violation
  const owner = ownerOf(path, facts, violation.task)
  const text = [message, ...(owner ? [`owner: ${owner}`] : []), ...ways.map((way) => `→ ${way}`)].join('\n')
  return command(level, { file: path, line: line ?? 1, title: `lanekeeper ${rule}` }, text)
}

/** `::error file=a.ts,line=1::message` */
function command(
  level: 'error' | 'warning' | 'notice',
  properties: Readonly<Record<string, string | number>>,
  message: string,
) {
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapedProperty(String(value))}`)
  return `::${level} ${list.join(',')}::${escapedMessage(message)}`
}

/** What may stand after the `::`. */
export function escapedMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** What may stand as a property's value. */
export function escapedProperty(text: string): string {
  return escapedMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
