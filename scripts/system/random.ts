/** Names that are never given twice. */
import { closeSync, openSync, readSync } from 'node:fs'

/**
 * Random hexadecimal text, straight from the kernel where it has a device for it: loading `node:crypto` costs a fifth of
 * a Node start, in every hook.
 */
export function randomHex(bytes: number): string {
  return (fromKernel(bytes) ?? process.getBuiltinModule('node:crypto').randomBytes(bytes)).toString('hex')
}

function fromKernel(bytes: number): Buffer | null {
  try {
    const device = openSync('/dev/urandom', 'r')
    try {
      const buffer = Buffer.alloc(bytes)
      return readSync(device, buffer) === bytes ? buffer : null
    } finally {
      closeSync(device)
    }
  } catch {
    return null
  }
}
