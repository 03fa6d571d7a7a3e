import fc from 'fast-check'
import { expect, it } from 'vitest'
import { freeLease, type Lease } from '../../../scripts/policy/migrations/lease.ts'
import { formatLease, leaseRef, parseLease, readLease } from '../../../scripts/policy/migrations/lease-text.ts'

const text = fc.string({ maxLength: 12 })
const time = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString())
const leases: fc.Arbitrary<Lease> = fc.record(
  {
    holder: fc.option(fc.record({ task: text, branch: text, host: text, acquiredAt: time, renewedAt: time })),
    fence: fc.nat(),
    hours: fc.integer({ min: 1, max: 999 }),
    queue: fc.array(fc.record({ task: text, since: time }), { maxLength: 4 }),
    lost: fc.record({ task: text, at: time }),
  },
  { requiredKeys: ['holder', 'fence', 'hours', 'queue'] },
)

it('is read as it was written', () => {
  fc.assert(
    fc.property(leases, (lease) => {
      expect(parseLease(formatLease(lease), 'dev')).toEqual(lease)
    }),
  )
})

it.each([
  ['nothing', ''],
  ['half a file', formatLease(freeLease(24)).slice(0, 20)],
  ['a list', '[]'],
  ['null', 'null'],
  ['no fence', '{"holder":null,"hours":24,"queue":[]}'],
  ['a fence below zero', '{"holder":null,"fence":-1,"hours":24,"queue":[]}'],
  ['no hours', '{"holder":null,"fence":1,"hours":0,"queue":[]}'],
  ['a queue of words', '{"holder":null,"fence":1,"hours":24,"queue":["a"]}'],
  ['a holder without a branch', '{"holder":{"task":"a"},"fence":1,"hours":24,"queue":[]}'],
  [
    'a time that is none',
    '{"holder":{"task":"a","branch":"b","host":"c","acquiredAt":"x","renewedAt":"y"},"fence":1,"hours":24,"queue":[]}',
  ],
])('is broken: %s', (_, broken) => {
  expect(readLease(broken)).toBeNull()
  expect(() => parseLease(broken, 'dev')).toThrow(
    expect.objectContaining({
      code: 'lease',
      message: expect.stringContaining('refs/lanekeeper/leases/dev'),
      hint: expect.stringContaining('npx lanekeeper migration release dev --force'),
    }),
  )
})

it('any text is a lease or null, never an exception', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (any) => void readLease(any)))
})

it.each(['dev', 'test_2', 'my-db', 'v1.2', '_x', 'A'])('%s names a ref', (name) => {
  expect(leaseRef(name)).toBe(`refs/lanekeeper/leases/${name}`)
})

it.each([
  '',
  ' ',
  'a b',
  'a/b',
  '../tasks',
  '..',
  '.',
  '.dev',
  '-dev',
  'dev.',
  'a..b',
  'dev.lock',
  'dev.LOCK',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[b',
  'a\\b',
  'a@{1}',
  '$(x)',
  "a'b",
  'a"b',
  'a;b',
  'a\nb',
  'a\0b',
  'ä',
  'x'.repeat(101),
])('%j is refused', (name) => {
  expect(() => leaseRef(name)).toThrow(expect.objectContaining({ code: 'bad-name' }))
})
