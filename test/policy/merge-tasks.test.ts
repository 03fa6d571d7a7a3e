import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergedTasks, type TaskFiles } from '../../scripts/policy/merge-tasks.ts'

/** `a:open1` is task a, open, in its first text. */
function files(...words: string[]): TaskFiles {
  return new Map(
    words.map((word) => {
      const [, id = '', state = '', version = ''] = /^(\w+):([a-z]+)(\d*)$/.exec(word) ?? []
      return [`${id}.md`, { oid: state + version, text: `---\nid: ${id}\nstate: ${state}\n---\n\nstate: landed\n` }]
    }),
  )
}

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
    expect([asWords(found.files), found.overruled]).toEqual([merged, overruled])
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
      expect(stateOf(mergedTasks(base, ours, theirs).files)).toEqual(stateOf(mergedTasks(base, theirs, ours).files))
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
      const once = mergedTasks(base, ours, theirs).files
      expect(mergedTasks(theirs, once, theirs).files).toEqual(once)
      expect(asWords(mergedTasks(ours, ours, once).files)).toEqual(asWords(once))
    }),
  )
})
