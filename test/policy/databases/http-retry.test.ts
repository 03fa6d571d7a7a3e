import { expect, it } from 'vitest'
import { isBusy, MAX_TRIES, retryDelayMs } from '../../../scripts/policy/databases/http-retry.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')

it.each<[string, number, number, string | null, number | null]>([
  ['locked', 423, 1, null, 1000],
  ['too many', 429, 2, null, 2000],
  ['broken', 500, 3, null, 4000],
  ['away', 503, 4, null, 8000],
  ['the fifth time', 503, 5, null, null],
  ['a refusal', 400, 1, null, null],
  ['a refusal that names a time', 404, 1, '3', null],
  ['seconds', 429, 1, '3', 3000],
  ['no seconds', 429, 3, '0', 0],
  ['an hour', 429, 1, '3600', 30_000],
  ['a date', 503, 1, 'Thu, 01 Jan 2026 00:00:12 GMT', 12_000],
  ['a date gone by', 503, 1, 'Wed, 31 Dec 2025 00:00:12 GMT', 0],
  ['a date far off', 503, 1, 'Fri, 02 Jan 2026 00:00:12 GMT', 30_000],
  ['nonsense', 503, 2, 'soon', 2000],
  ['a negative number, which some read as a year', 503, 2, '-', 2000],
])('%s', (_, status, tries, retryAfter, delay) => {
  expect(retryDelayMs(status, tries, retryAfter, NOW)).toBe(delay)
})

it.each([
  [200, false],
  [409, false],
  [422, false],
  [423, true],
  [429, true],
  [500, true],
  [599, true],
])('%d busy: %s', (status, busy) => expect(isBusy(status)).toBe(busy))

it('five tries at most', () => expect(MAX_TRIES).toBe(5))
