import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Handoff, withHandoff } from '../../scripts/policy/handoffs.ts'
import { type MergedFiles, mergedTasks, type TaskFiles } from '../../scripts/policy/merge-tasks.ts'
import { formatTask, parseTask, type Task } from '../../scripts/policy/task.ts'
import { aTask } from '../support/tasks.ts'

/** `a:open1` is task a, open, in its first text. */
function files(...words: string[]): TaskFiles {
  return new Map(
    words.map((word) => {
      const [, id = '', state = '', version = ''] = /^(\w+):([a-z]+)(\d*)$/.exec(word) ?? []
      return [`${id}.md`, { oid: state + version, text: `---\nid: ${id}\nstate: ${state}\n---\n\nstate: landed\n` }]
    }),
  )
}

/** As the next merge reads it. */
const asFiles = ({ files }: Pick<MergedFiles, 'files'>): TaskFiles =>
  new Map([...files].map(([name, { oid, text }]) => [name, { oid: oid ?? text, text }]))

const asWords = (merged: TaskFiles) => [...merged].map(([name, { oid }]) => `${name.replace('.md', '')}:${oid}`)

describe('which file of a task stands', () => {
  it.each<[what: string, base: string[], ours: string[], theirs: string[], merged: string[], overruled: string[]]>([
    ['nothing happened', ['a:open1'], ['a:open1'], ['a:open1'], ['a:open1'], []],
    ['each made one', [], ['a:open1'], ['b:open1'], ['a:open1', 'b:open1'], []],
    [
      'each changed another one',
      ['a:open1', 'b:open1'],
      ['a:open2', 'b:open1'],
      ['a:open1', 'b:open2'],
      ['a:open2', 'b:open2'],
      [],
    ],
    ['ours changed', ['a:open1'], ['a:open2'], ['a:open1'], ['a:open2'], []],
    ['theirs changed', ['a:open1'], ['a:open1'], ['a:open2'], ['a:open2'], []],
    ['the same change', ['a:open1'], ['a:open2'], ['a:open2'], ['a:open2'], []],
    ['both changed it', ['a:open1'], ['a:open2'], ['a:open3'], ['a:open3'], ['a.md']],
    ['both made it', [], ['a:open2'], ['a:open3'], ['a:open3'], ['a.md']],
    ['we closed what they changed', ['a:open1'], ['a:closed1'], ['a:open3'], ['a:closed1'], []],
    ['they closed what we changed', ['a:open1'], ['a:open2'], ['a:closed1'], ['a:closed1'], ['a.md']],
    ['they landed what we closed', ['a:open1'], ['a:closed1'], ['a:landed1'], ['a:landed1'], ['a.md']],
    ['we landed what they closed', ['a:open1'], ['a:landed1'], ['a:closed1'], ['a:landed1'], []],
    ['both landed it', ['a:open1'], ['a:landed1'], ['a:landed2'], ['a:landed2'], ['a.md']],
    ['we took out what they left', ['a:open1'], [], ['a:open1'], [], []],
    ['we took out what they changed', ['a:open1'], [], ['a:open2'], ['a:open2'], []],
    ['they took out what we changed', ['a:open1'], ['a:open2'], [], ['a:open2'], []],
  ])('%s', (_what, base, ours, theirs, merged, overruled) => {
    const found = mergedTasks(files(...base), files(...ours), files(...theirs))
    expect([asWords(asFiles(found)), found.overruled]).toEqual([merged, overruled])
  })

  it('reads no state out of a broken file, and does not stop at it', () => {
    const broken = new Map([['a.md', { oid: 'x', text: 'no front matter\nstate: landed\n' }]])
    expect(mergedTasks(new Map(), broken, files('a:closed1')).files).toEqual(files('a:closed1'))
  })
})

const side = fc
  .uniqueArray(
    fc.tuple(fc.constantFrom(...'abcd'), fc.constantFrom('open', 'closed', 'landed'), fc.integer({ min: 1, max: 3 })),
    {
      selector: ([id]) => id,
    },
  )
  .map((tasks) => files(...tasks.map((task) => `${task[0]}:${task[1]}${task[2]}`)))

const stateOf = (merged: TaskFiles) => [...merged].map(([name, { oid }]) => [name, oid.replace(/\d/, '')])

it('gives the same tasks in the same states whichever side is ours', () => {
  fc.assert(
    fc.property(side, side, side, (base, ours, theirs) => {
      expect(stateOf(asFiles(mergedTasks(base, ours, theirs)))).toEqual(
        stateOf(asFiles(mergedTasks(base, theirs, ours))),
      )
    }),
  )
})

it('loses no task but one that a side took out and the other left alone, and tells of every text of ours that does not stand', () => {
  fc.assert(
    fc.property(side, side, side, (base, ours, theirs) => {
      const { files: merged, overruled } = mergedTasks(base, ours, theirs)
      for (const name of [...ours.keys(), ...theirs.keys()]) {
        const sides = [ours.get(name), theirs.get(name)]
        const isTakenOut =
          base.has(name) && sides.includes(undefined) && sides.some((one) => one?.oid === base.get(name)?.oid)
        expect(merged.has(name)).toBe(!isTakenOut)
        const isOurs = ours.has(name) && ours.get(name)?.oid !== base.get(name)?.oid
        expect(overruled.includes(name)).toBe(isOurs && merged.get(name)?.oid !== ours.get(name)?.oid)
      }
    }),
  )
})

it('is done when it is done: merging the outcome again changes nothing', () => {
  fc.assert(
    fc.property(side, side, side, (base, ours, theirs) => {
      const once = asFiles(mergedTasks(base, ours, theirs))
      expect(mergedTasks(theirs, once, theirs).files).toEqual(once)
      expect(asWords(asFiles(mergedTasks(ours, ours, once)))).toEqual(asWords(once))
    }),
  )
})

describe('notes that tasks left each other while the machines could not meet', () => {
  const BASE = aTask({ id: 'db', handoffs: withHandoff([], noteOf(0, 'shop')) })

  function noteOf(minute: number, from: string) {
    const createdAt = `2026-01-02T03:${String(minute).padStart(2, '0')}:00.000Z`
    return { from, files: ['src/db/pool.ts'], note: `needed by ${from} at ${minute}`, createdAt }
  }

  const files = (task: Task): TaskFiles => new Map([['db.md', { oid: formatTask(task), text: formatTask(task) }]])
  const merge = (base: Task | null, ours: Task, theirs: Task) => {
    const { files: merged, overruled } = mergedTasks(base ? files(base) : new Map(), files(ours), files(theirs))
    return { task: parseTask(merged.get('db.md')?.text ?? '', 'db.md'), overruled }
  }
  const left = (task: Task, ...notes: Parameters<typeof withHandoff>[1][]): Task => ({
    ...task,
    handoffs: notes.reduce<Handoff[]>((all, note) => withHandoff(all, note), [...task.handoffs]),
  })
  const shown = ({ handoffs }: Task) =>
    handoffs.map(({ number, note, doneAt }) => `${number} ${note}${doneAt ? ' done' : ''}`)

  it('are all there, the older one keeps the number, and nobody is overruled', () => {
    const [ours, theirs] = [left(BASE, noteOf(7, 'cart')), left(BASE, noteOf(3, 'search'))]
    for (const found of [merge(BASE, ours, theirs), merge(BASE, theirs, ours)]) {
      expect(shown(found.task)).toEqual(['1 needed by shop at 0', '2 needed by search at 3', '3 needed by cart at 7'])
      expect(found.overruled).toEqual([])
    }
  })

  it('do not stand against what a person changed in the task, nor against its end', () => {
    const ours = left(BASE, noteOf(7, 'cart'))
    const widened = merge(BASE, ours, { ...BASE, allow: ['src/db', 'src/more'] })
    expect(widened.task).toMatchObject({ allow: ['src/db', 'src/more'], handoffs: [{ number: 1 }, { number: 2 }] })
    const landed = merge(BASE, { ...BASE, state: 'landed' }, left(BASE, noteOf(3, 'search')))
    expect(landed.task).toMatchObject({ state: 'landed', handoffs: [{ number: 1 }, { number: 2 }] })
    expect([widened.overruled, landed.overruled]).toEqual([[], []])
    // the lane of one side cannot stand beside the other's: told, as ever
    const both = merge(BASE, { ...ours, title: 'Mine' }, { ...BASE, title: 'Theirs' })
    expect([both.task.title, both.overruled, both.task.handoffs.length]).toEqual(['Theirs', ['db.md'], 2])
  })

  it('are done when one side said so, and gone when one side took them out', () => {
    const doneAt = '2026-01-03T00:00:00.000Z'
    const done = { ...BASE, handoffs: BASE.handoffs.map((one) => ({ ...one, doneAt })) }
    expect(shown(merge(BASE, left(BASE, noteOf(7, 'cart')), done).task)).toEqual([
      '1 needed by shop at 0 done',
      '2 needed by cart at 7',
    ])
    expect(shown(merge(BASE, { ...BASE, handoffs: [] }, { ...BASE, title: 'x' }).task)).toEqual([])
    expect(shown(merge(BASE, { ...BASE, handoffs: [] }, done).task)).toEqual(['1 needed by shop at 0 done'])
  })

  /** What one machine does to a task: notes left at some minutes, and numbers that are ended. */
  const steps = fc.uniqueArray(
    fc.oneof(
      fc.record({ minute: fc.integer({ min: 1, max: 59 }) }),
      fc.record({ done: fc.integer({ min: 1, max: 3 }) }),
    ),
    { maxLength: 4, selector: (step) => JSON.stringify(step) },
  )
  type Steps = ({ minute: number } | { done: number })[]
  const ended = (task: Task, number: number): Task => {
    const doneAt = `2026-02-0${number}T00:00:00.000Z`
    return { ...task, handoffs: task.handoffs.map((one) => (one.number === number ? { ...one, doneAt } : one)) }
  }
  const worked = (task: Task, list: Steps, from: string): Task =>
    list.reduce<Task>(
      (now, step) => ('minute' in step ? left(now, noteOf(step.minute, from)) : ended(now, step.done)),
      task,
    )
  const notes = ({ handoffs }: Task) => new Set(handoffs.map(({ note }) => note))

  it('whatever both did: none is lost, none doubled, no number twice, whichever side is ours', () => {
    fc.assert(
      fc.property(steps, steps, fc.boolean(), (one, two, isKnown) => {
        const [ours, theirs] = [worked(BASE, one, 'cart'), worked(BASE, two, 'search')]
        const base = isKnown ? BASE : null
        const found = merge(base, ours, theirs).task
        expect(merge(base, theirs, ours).task.handoffs).toEqual(found.handoffs)
        expect(notes(found)).toEqual(new Set([...notes(ours), ...notes(theirs)]))
        expect(new Set(found.handoffs.map(({ number }) => number)).size).toBe(found.handoffs.length)
        expect(found.handoffs.length).toBe(notes(found).size)
        const over = [ours, theirs].flatMap(({ handoffs }) => handoffs.filter(({ doneAt }) => doneAt !== null))
        for (const { note } of over) expect(found.handoffs.find((h) => h.note === note)?.doneAt).not.toBe(null)
        // once more, from either side, with or without what both had: nothing changes
        for (const side of [ours, theirs])
          for (const known of [base, side]) {
            expect(merge(known, found, side).task).toEqual(found)
            expect(merge(known, side, found).task).toEqual(found)
          }
      }),
    )
  })

  it('three machines that meet one after the other come to the same notes', () => {
    fc.assert(
      fc.property(steps, steps, steps, (one, two, three) => {
        const sides = [worked(BASE, one, 'cart'), worked(BASE, two, 'search'), worked(BASE, three, 'mail')]
        const [a = BASE, b = BASE, c = BASE] = sides
        const [first, second] = [merge(BASE, merge(BASE, a, b).task, c), merge(BASE, a, merge(BASE, b, c).task)]
        expect(notes(first.task)).toEqual(notes(second.task))
      }),
    )
  })
})
