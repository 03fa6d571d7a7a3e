/**
 * Our block in a dotenv file. Everything outside the two marker lines is the user's and comes out byte for byte as it
 * went in; the block is always last, because in every dotenv reader the later line wins.
 */

const START = '# >>> lanekeeper'
const START_LINE = `${START} (generated; your own lines stay above)`
const END = '# <<< lanekeeper'
const BLOCK = /^# >>> lanekeeper\b.*\r?\n(?:(?!# >>> lanekeeper\b)[^\n]*\n)*?# <<< lanekeeper[^\n]*(?:\n|$)/gm

/** What a variable holds instead of a value that must not be used; the reason follows. */
const DISABLED = 'lanekeeper-disabled://'

/**
 * A value that nothing can be opened with, and that tells why: as a URL it has a scheme that no driver has, as a file it
 * lies in a directory that is not there.
 */
export function disabledValue(reason: string): string {
  return `${DISABLED}not-ready/${reason.replace(/\s+/g, ' ').trim()}`
}

export function isDisabled(value: string): boolean {
  return value.startsWith(DISABLED)
}

/** The text without our block: the user's own lines. Taking a block out of markers around it can leave another. */
export function withoutBlock(text: string): string {
  const without = text.replace(BLOCK, '')
  return without === text ? text : withoutBlock(without)
}

/** Our block's lines without the markers; empty where there is no block. */
export function blockOf(text: string): string {
  return (text.match(BLOCK) ?? []).map((block) => block.split('\n').slice(1, -2).join('\n')).join('\n')
}

/**
 * The file's text with exactly one block at its end, or none when there are no values.
 * @param text the current text, empty for a new file
 * @param lines what `envLine` gave
 */
export function withBlock(text: string, lines: readonly string[]): string {
  const own = withoutBlock(text)
  if (lines.length === 0) return own
  const eol = own.includes('\r\n') ? '\r\n' : '\n'
  const gap = own === '' || own.endsWith('\n') ? '' : eol
  return `${own}${gap}${[START_LINE, ...lines, END].join(eol)}${eol}`
}

/** `KEY=value` that dotenv reads back exactly, or null where the format has no way to say it. */
export function envLine(key: string, value: string): string | null {
  if (!/^[\w.-]+$/.test(key)) return null
  const quoted = quotedValue(value)
  return quoted === null ? null : `${key}=${quoted}`
}

/**
 * dotenv knows no escapes but `\n` and `\r` between double quotes, and takes `\'` for an open quote: hence the order and
 * the refusals. Words stay bare, so that a shell may source the file too.
 */
function quotedValue(value: string): string | null {
  if (/^[A-Za-z0-9_./:@%+,=-]+$/.test(value)) return value
  if (value.includes('\0') || value.endsWith('\\')) return null
  const isOneLine = !/[\r\n]/.test(value)
  if (isOneLine && !value.includes("'")) return `'${value}'`
  if (!value.includes('"') && !/\\[nr]/.test(value)) return `"${value.replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`
  if (isOneLine && !value.includes('`')) return `\`${value}\``
  return null
}
