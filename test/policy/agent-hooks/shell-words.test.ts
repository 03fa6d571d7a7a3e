import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shellCommands } from '../../../scripts/policy/agent-hooks/shell-words.ts'

const words = (text: string) => shellCommands(text).map((command) => command.words)

describe('a line is taken apart as a shell would', () => {
  it.each<[string, string[][]]>([
    ['', []],
    ['a b  c', [['a', 'b', 'c']]],
    [`'a b' "c d" e\\ f`, [['a b', 'c d', 'e f']]],
    [`gi't' "st"ash`, [['git', 'stash']]],
    ['a && b || c; d | e & f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
    ['a\nb', [['a'], ['b']]],
    ['a \\\n b', [['a', 'b']]],
    ['(a; b) && { c; }', [['a'], ['b'], ['{', 'c'], ['}']]],
    ['a # git stash\nb', [['a'], ['b']]],
    ['a#b', [['a#b']]],
    [
      'a "$(b c)" d',
      [
        ['b', 'c'],
        ['a', '$()', 'd'],
      ],
    ],
    [
      'a `b c`',
      [
        ['b', 'c'],
        ['a', '$()'],
      ],
    ],
    [`a '$(b)'`, [['a', '$(b)']]],
    ['a > b 2>&1 < c &> d', [['a']]],
    ['a >b c', [['a', 'c']]],
    ['a <<< b c', [['a', 'c']]],
    ['diff <(a) <(b)', [['diff'], ['a'], ['b']]],
    ["cat <<'E'\ngit stash\nE\nb", [['cat'], ['b']]],
    ['cat <<-E | d\n\tgit stash\n\tE\nb', [['cat'], ['d'], ['b']]],
    ['cat <<E\n$(b) git\nE', [['cat'], ['b']]],
    ["cat <<'E'\n$(b)\nE", [['cat']]],
    ['bash <<E\nb c\nE', [['bash'], ['b', 'c']]],
    [`git commit -m "$(cat <<'E'\nno "git stash\nE\n)" && b`, [['cat'], ['git', 'commit', '-m', '$()'], ['b']]],
    ["a 'open", [['a', 'open']]],
    ['a "open $(b', [['b'], ['a', 'open $()']]],
    ['X=1 a', [['X=1', 'a']]],
    ["a $'b c'", [['a', 'b c']]],
    ['a \\', [['a', '']]],
  ])('%j', (text, expected) => {
    expect(words(text)).toEqual(expected)
  })
})

it('never throws, whatever the text', () => {
  const piece = fc.constantFrom(
    "'",
    '"',
    '`',
    '$(',
    '(',
    ')',
    '<<',
    '<<E',
    '\nE\n',
    '\\',
    ';',
    '&',
    '>',
    '#',
    ' ',
    '\n',
    'a',
    'git',
    '$',
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
  )
  fc.assert(fc.property(text, (line) => void shellCommands(line)))
})

it.each(['(', '$(', '`', '"', "'", '"$(', '<<E ', 'a;', '\\', '<('])('reads 20,000 times %j', (piece) => {
  shellCommands(piece.repeat(20_000))
})
