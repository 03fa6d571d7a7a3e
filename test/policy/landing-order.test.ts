import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { landingOrder } from '../../scripts/policy/landing-order.ts'
import type { Task } from '../../scripts/policy/task.ts'

function task(id: string, more: Partial<Task> = {}): Task {
  return {
    id,
    title: id,
    branch: `task/${id}`,
    base: 'main',
    allow: [],
    deny: [],
    shared: [],
    steps: [],
    context: '',
    dependsOn: [],
    migrations: null,
    tables: [],
    agent: 'none',
    state: 'open',
    handoffs: [],
    createdAt: '2024-01-01T00:00:00.000Z',
    ...more,
  }
}

const at = (day: number) => `2024-01-0${day}T00:00:00.000Z`
const order = (tasks: Task[], landed: string[] = [], turns: [string, number][] = []) =>
  landingOrder(tasks, new Set(landed), new Map(turns)).order.map(({ id }) => id)

describe('the order in which tasks land', () => {
  it.each<[string, Task[], string[]]>([
    ['nothing', [], []],
    [
      'age',
      [task('b', { createdAt: at(2) }), task('a', { createdAt: at(3) }), task('c', { createdAt: at(1) })],
      ['c', 'b', 'a'],
    ],
    ['the id, where the age is the same', [task('b'), task('a')], ['a', 'b']],
    [
      'a dependency before the older task that needs it',
      [task('a', { dependsOn: ['b'], createdAt: at(1) }), task('b', { createdAt: at(2) })],
      ['b', 'a'],
    ],
    [
      'the migration owner before the older task',
      [task('a', { createdAt: at(1) }), task('m', { migrations: 'dev', createdAt: at(2) })],
      ['m', 'a'],
    ],
    [
      'what the migration owner needs before the older task',
      [
        task('a', { createdAt: at(1) }),
        task('m', { migrations: 'dev', dependsOn: ['d'], createdAt: at(2) }),
        task('d', { createdAt: at(3) }),
      ],
      ['d', 'm', 'a'],
    ],
  ])('is by %s', (_, tasks, expected) => {
    expect(order(tasks)).toEqual(expected)
  })

  it('of several migration owners is by turn, then by age', () => {
    const owners = ['a', 'b', 'c', 'd'].map((id, day) => task(id, { migrations: 'dev', createdAt: at(day + 1) }))
    const turns: [string, number][] = [
      ['c', 0],
      ['b', 1],
    ]
    expect(order([...owners, task('z')], [], turns)).toEqual(['c', 'b', 'a', 'd', 'z'])
  })

  it('takes a dependency that landed already for met', () => {
    expect(order([task('a', { dependsOn: ['b'] })], ['b'])).toEqual(['a'])
  })

  it('names what a task waits for, and what waits for that task', () => {
    const tasks = [task('a', { dependsOn: ['x'] }), task('b', { dependsOn: ['a'] }), task('c')]
    const { order, blocked } = landingOrder(tasks, new Set())
    expect(order.map(({ id }) => id)).toEqual(['c'])
    expect(blocked.map(({ task, missing }) => [task.id, missing])).toEqual([
      ['a', ['x']],
      ['b', ['a']],
    ])
  })

  it('names a cycle', () => {
    const tasks = [task('a', { dependsOn: ['b'] }), task('b', { dependsOn: ['c'] }), task('c', { dependsOn: ['a'] })]
    expect(() => landingOrder(tasks, new Set())).toThrow('a → b → c → a')
  })

  it('never puts a task before one it depends on, and never loses one', () => {
    const tasks = fc.integer({ min: 1, max: 12 }).chain((count) =>
      fc.tuple(
        ...Array.from({ length: count }, (_, index) =>
          fc.record({
            // only earlier ones: no cycles
            dependsOn: index === 0 ? fc.constant<number[]>([]) : fc.uniqueArray(fc.integer({ min: 0, max: index - 1 })),
            day: fc.integer({ min: 1, max: 9 }),
            owns: fc.boolean(),
          }),
        ),
      ),
    )
    fc.assert(
      fc.property(tasks, fc.infiniteStream(fc.nat()), (shapes, noise) => {
        const all = shapes.map(({ dependsOn, day, owns }, index) =>
          task(`t${index}`, {
            dependsOn: dependsOn.map((other) => `t${other}`),
            createdAt: at(day),
            migrations: owns ? 'dev' : null,
          }),
        )
        const shuffled = all.map((one) => ({ one, key: noise.next().value })).sort((a, b) => a.key - b.key)
        const sorted = order(shuffled.map(({ one }) => one))
        expect([...sorted].sort()).toEqual(all.map(({ id }) => id).sort())
        for (const { id, dependsOn } of all)
          for (const other of dependsOn) expect(sorted.indexOf(other)).toBeLessThan(sorted.indexOf(id))
      }),
    )
  })
})
