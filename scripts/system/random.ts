/** Random names. The global `crypto` loads only when it is used: `node:crypto` would cost every hook 2 ms. */

/** As many random bytes, at most 16, as lower-case hex digits. */
export function randomHex(bytes: number): string {
  return crypto
    .randomUUID()
    .replaceAll('-', '')
    .slice(0, bytes * 2)
}
