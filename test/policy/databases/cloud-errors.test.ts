import { expect, it } from 'vitest'
import * as errors from '../../../scripts/policy/databases/cloud-errors.ts'
import type { LanekeeperError } from '../../../scripts/policy/errors.ts'

const DATE = '2026-01-15T00:00:00Z'

/** Message and hint are what a person reads, one after the other. */
it.each<[string, LanekeeperError, string]>([
  [
    'C1',
    errors.noCredential(['NEON_API_KEY'], 'a project-scoped key', '.env'),
    'NEON_API_KEY is not set. Create a project-scoped key and put it in .env (never commit it).',
  ],
  [
    'C1',
    errors.noCredential(['A', 'B'], 'a token', '.env'),
    'A and B are not set. Create a token and put them in .env (never commit it).',
  ],
  ['C2', errors.rejected('Neon', 401), 'Neon rejected the credentials (HTTP 401).'],
  [
    'C2',
    errors.rejected('PlanetScale', 404, 'create_branch'),
    'PlanetScale rejected the credentials (HTTP 404) or the token lacks create_branch.',
  ],
  [
    'C4',
    errors.limitReached('Neon', 'too many', ['a', 'b']),
    'Neon: branch limit reached (too many). Yours and orphaned: a, b. Free some: npx lanekeeper gc',
  ],
  ['C5', errors.stillBusy('Neon', 503, 5), 'Neon is busy (HTTP 503) after 5 tries. Retry: npx lanekeeper setup'],
  [
    'C6',
    errors.unknownOutcome('Neon'),
    'No answer from Neon; the branch may exist. Checking by name next time; run: npx lanekeeper setup',
  ],
  [
    'C7',
    errors.gone('Neon', DATE),
    'The Neon branch of this worktree is gone (expired 2026-01-15?). Make a new fork: npx lanekeeper setup',
  ],
  ['E3', errors.foreign('x'), '"x" exists but carries no mark of this repository; refusing to use or drop it.'],
])('%s', (_, error, text) => {
  expect(`${error.message} ${error.hint}`.startsWith(text)).toBe(true)
  expect(error.code).toBe('database')
})

it('E4', () => expect(errors.refusingToDrop('x', 'no mark')).toBe('Refusing to drop "x": no mark.'))

it.each<[number, string, boolean]>([
  [422, 'branches limit exceeded', true],
  [403, 'Quota reached', true],
  [402, 'plan LIMIT', true],
  [429, 'rate limit', false],
  [401, 'limit', false],
  [500, 'limit', false],
  [409, 'already exists', false],
])('HTTP %d "%s" is about how many there may be: %s', (status, said, limit) => {
  expect(errors.isLimit({ status, said })).toBe(limit)
})

it.each<[unknown, string]>([
  [{ message: 'a\n  b' }, 'a b'],
  [{ code: 'not_found', message: 'Not Found' }, 'Not Found'],
  [{ error: 'plain' }, 'plain'],
  [{ error: { message: 'deep' } }, 'deep'],
  [{ code: 'only' }, 'only'],
  ['<html>', '<html>'],
  [{ message: 'bad token s3cret, yes s3cret' }, 'bad token ***, yes ***'],
  [{ message: 'x'.repeat(500) }, 'x'.repeat(200)],
  [null, ''],
  [[], ''],
  [{ message: null }, ''],
])('%j says %s', (body, words) => expect(errors.wordsOf(body, ['s3cret', ''])).toBe(words))
