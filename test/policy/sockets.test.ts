import { expect, it } from 'vitest'
import { listeningInodes, parseLsof, worktreeHolding } from '../../scripts/policy/sockets.ts'

const PROC = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:4E2A 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0000 100 0 0 10 0
   1: 0100007F:4E2A 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 222 1 0000 100 0 0 10 0
   2: 00000000000000000000000000000000:4E34 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 1000 0 333 1
`

it('finds listening sockets of the ports asked about, and no connection', () => {
  expect(listeningInodes(PROC, new Set([20010, 20020]))).toEqual(
    new Map([
      ['111', 20010],
      ['333', 20020],
    ]),
  )
  expect(listeningInodes(PROC, new Set([20011]))).toEqual(new Map())
})

it('reads lsof, several sockets of one process', () =>
  expect(
    parseLsof('p12\ncnode\nn*:20010\nn[::1]:20010\np34\ncpython3\nn127.0.0.1:20020\n', new Set([20010, 20020])),
  ).toEqual([
    { port: 20010, pid: 12, program: 'node', cwd: null },
    { port: 20020, pid: 34, program: 'python3', cwd: null },
  ]))

it.each([
  ['/p', '/p'],
  ['/p/src', '/p'],
  ['/p/.claude/worktrees/x/src', '/p/.claude/worktrees/x'],
  ['/p2', null],
  ['/', null],
])('%s lies in %s', (dir, worktree) => expect(worktreeHolding(dir, ['/p', '/p/.claude/worktrees/x'])).toBe(worktree))
