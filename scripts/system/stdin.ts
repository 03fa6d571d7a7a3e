/** What a program that calls us says on stdin. */
import { readSync } from 'node:fs'
import { isErrno } from './files.ts'

const CHUNK_BYTES = 65_536
/** A pipe that its writer made non-blocking has nothing yet. */
const PAUSE_MS = 2

/**
 * The first JSON value on stdin, as text. Some agents leave the pipe open after it, so the end is not waited for once a
 * value is complete; without one the text up to the end is given back as it is.
 */
export function readJsonText(fd = 0): string {
  const chunk = Buffer.alloc(CHUNK_BYTES)
  const chunks: Buffer[] = []
  for (;;) {
    const length = readSome(fd, chunk)
    if (length === 0) return Buffer.concat(chunks).toString('utf8')
    chunks.push(Buffer.from(chunk.subarray(0, length)))
    const text = Buffer.concat(chunks).toString('utf8')
    if (text.trimEnd().endsWith('}') && isJson(text)) return text
  }
}

function readSome(fd: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(fd, chunk, 0, chunk.length, null)
    } catch (error) {
      // on Windows the end of a pipe is an error
      if (isErrno(error, 'EOF')) return 0
      if (!isErrno(error, 'EAGAIN')) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
