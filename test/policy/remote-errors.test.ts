import { expect, test } from 'vitest'
import { cannotReadRemote } from '../../scripts/policy/remote-errors.ts'

const cases: [git: string, message: RegExp, hint: RegExp][] = [
  [
    "fatal: could not read Username for 'https://github.com': terminal prompts disabled\n",
    /^origin did not let us read the tasks:\nfatal: could not read/,
    /contents: read/,
  ],
  [
    "remote: Repository not found.\nfatal: repository 'https://github.com/a/b/' not found\n",
    /did not let us/,
    /A fork/,
  ],
  [
    'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.\n',
    /did not let us/,
    /persist-credentials/,
  ],
  [
    "remote: The project you were looking for could not be found or you don't have permission to view it.\n",
    /did not let us/,
    /let a member/,
  ],
  ["fatal: unable to access 'https://x/': The requested URL returned error: 403\n", /did not let us/, /leave to read/],
  [
    "fatal: unable to access 'https://x/': Could not resolve host: x\n",
    /could not be reached for the tasks/,
    /git fetch origin$/,
  ],
  [
    "fatal: '/x' does not appear to be a git repository\n",
    /^the tasks could not be fetched from origin:\nfatal: '\/x'/,
    /git fetch origin/,
  ],
  ['fatal: error 40312 in pack\n', /could not be fetched/, /git fetch origin/],
]
test.each(cases)('%s', (stderr, message, hint) => {
  const error = cannotReadRemote('origin', 'the tasks', stderr)
  expect([error.code, error.message]).toEqual(['git', expect.stringMatching(message)])
  expect(error.hint).toMatch(hint)
})

test('a token in the remote’s URL is not repeated', () => {
  const { message } = cannotReadRemote(
    'origin',
    'it',
    "fatal: unable to access 'https://ci-token:s3cr3t@host/a.git': no",
  )
  expect(message).toContain("'https://host/a.git'")
  expect(message).not.toContain('s3cr3t')
})
