import { readFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { listeningInodes } from '../../scripts/policy/sockets.ts'
import { listeningRows, SOCKET_TABLES } from '../../scripts/system/listening-sockets.ts'
import { createPlace } from '../support/repository.ts'

const HEADING = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const row = (at: number, state: string) =>
  `   ${at}: 0100007F:4E2A 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${100 + at} 1`

it('reads down to the first socket that does not listen, and all of a table where all do', () => {
  const place = createPlace()
  const listening = Array.from({ length: 20 }, (_, at) => row(at, '0A'))
  const others = Array.from({ length: 5000 }, (_, at) => row(20 + at, '06'))
  const whole = place.write('whole', [HEADING, ...listening, ...others, ''].join('\n'))
  const read = listeningRows(whole) ?? ''
  expect(listeningInodes(read, new Set([0x4e2a])).size).toBe(20)
  expect(read.length).toBeLessThan(23 * 150)
  const quiet = place.write('quiet', [HEADING, ...listening, ''].join('\n'))
  expect(listeningRows(quiet)).toBe(readFileSync(quiet, 'utf8'))
  expect(listeningRows(place.path('none'))).toBeNull()
})

it.skipIf(process.platform !== 'linux')('finds every server among connections', async () => {
  const servers = await Promise.all([serve(), serve(), serve()])
  const ports = servers.map(portOf)
  for (const port of ports) await connected(port)
  const found = SOCKET_TABLES.flatMap((table) => [...listeningInodes(listeningRows(table) ?? '', new Set(ports))])
  expect(found.map(([, port]) => port).sort()).toEqual(ports.sort())
})

async function serve(): Promise<Server> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

async function connected(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await new Promise<void>((done) => socket.once('connect', done))
}
