import { expect, it } from 'vitest'
import { lastWords } from '../../scripts/policy/last-words.ts'

it.each([
  ['the last lines', 'a\nb\nc\n\n', 'b\nc'],
  ['no colours', '\u001b[1m\u001b[31mfailed\u001b[39m\u001b[22m: 1\n', 'failed: 1'],
  [
    'no stack',
    [
      'Packages: +492',
      '+++++++++++',
      'pnpm: ENOENT: no such file or directory',
      '    at Object.openSync (node:fs:573:18)',
      '    at /opt/pnpm.cjs:105568:16',
    ].join('\n'),
    'Packages: +492\npnpm: ENOENT: no such file or directory',
  ],
  [
    'no word of another log',
    'npm error signal SIGINT\nnpm error A complete log of this run can be found in: /x\n',
    'npm error signal SIGINT',
  ],
  ['no progress of pnpm', ' ENOENT  no such file\nProgress: resolved 12, reused 1, done\n', ' ENOENT  no such file'],
  ['a line about time stays', 'Start\n   Start at 10:00 sharp\n', 'Start\n   Start at 10:00 sharp'],
  ['nothing', '', ''],
])('%s', (_name, output, said) => {
  expect(lastWords(output, 2)).toBe(said)
})
