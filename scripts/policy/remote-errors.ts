/** What git says when a remote cannot be read, in words that tell whose turn it is. */
import { LanekeeperError } from './errors.ts'
import { lastWords } from './last-words.ts'

const DENIED =
  /authentication failed|could not read (username|password)|terminal prompts disabled|permission denied|access denied|error: 40[13]\b|repository .*not found|don't have permission|unauthorized/i
const UNREACHABLE =
  /could not resolve host|connection (refused|timed out|reset)|network is unreachable|failed to connect|timed out/i
/** A job's token in a URL; git leaves most of them out itself. */
const CREDENTIALS = /(\w:\/\/)[^/@\s']+@/g

/**
 * The error for a remote that did not answer a question.
 * @param remote its name
 * @param what what was asked for, e.g. `the tasks (refs/lanekeeper/*)`
 * @param stderr git's own words
 */
export function cannotReadRemote(remote: string, what: string, stderr: string): LanekeeperError {
  const said = withoutCredentials(lastWords(stderr, 3))
  if (DENIED.test(stderr))
    return new LanekeeperError('git', `${remote} did not let us read ${what}:\n${said}`, {
      hint: [
        'The job needs leave to read the repository: on GitHub "permissions: contents: read", and actions/checkout without "persist-credentials: false".',
        'A fork has no leave to read a private project: let a member of the project start the job there.',
        `Or fetch in a step before, with credentials: git fetch ${remote} '+refs/lanekeeper/*:refs/lanekeeper/*'`,
      ].join('\n'),
    })
  if (UNREACHABLE.test(stderr))
    return new LanekeeperError('git', `${remote} could not be reached for ${what}:\n${said}`, {
      hint: `Repeat; or fetch in a step that has the network: git fetch ${remote}`,
    })
  return new LanekeeperError('git', `${what} could not be fetched from ${remote}:\n${said}`, {
    hint: `See for yourself: git fetch ${remote}`,
  })
}

/** git's words without what a URL in them may give away. */
export function withoutCredentials(said: string): string {
  return said.replace(CREDENTIALS, '$1')
}
