/**
 * Our text in a file that is the user's: a block between two marker lines, or single lines that end in a mark. Everything
 * else stays as it is, byte for byte: line endings, a missing newline at the end, the order. What is put in can be
 * taken out again without a trace.
 */

const MARKERS = {
  hash: ['# >>> lanekeeper', '# <<< lanekeeper'],
  html: ['<!-- lanekeeper:begin -->', '<!-- lanekeeper:end -->'],
} as const

export type MarkerStyle = keyof typeof MARKERS

/** How every line of ours in a hook ends. */
export const LINE_MARK = '# lanekeeper'

/**
 * The text with our block in it: in place where it was, else at the end after an empty line.
 * @param text the file, or null where there is none
 * @param body the lines between the markers, without a newline at the end
 */
export function withBlock(text: string | null, body: string, style: MarkerStyle): string {
  const [begin, end] = MARKERS[style]
  const newline = newlineOf(text ?? '')
  // Markdown formatters put empty lines around comments
  const lines = style === 'html' ? ['', ...body.split('\n'), ''] : body.split('\n')
  const block = [begin, ...lines, end].join(newline)
  if (text === null || text === '') return block + newline
  const at = blockRange(text, style)
  if (at && isSameText(text.slice(...at), block)) return text
  if (at) return text.slice(0, at[0]) + block + text.slice(at[1])
  return append(text, newline + block, newline)
}

/** Whether only white space tells them apart: a formatter of the project's may have been there, and would come again. */
function isSameText(a: string, b: string): boolean {
  return a.replace(/\s+/g, ' ') === b.replace(/\s+/g, ' ')
}

/** The text without our block and the empty line that came with it. */
export function withoutBlock(text: string, style: MarkerStyle): string {
  const at = blockRange(text, style)
  if (!at) return text
  const before = text.slice(0, at[0]).replace(/\r?\n$/, '')
  const after = text.slice(at[1])
  // our block ended the file without a newline: so did the user's text before us
  return after === '' ? before.replace(/\r?\n$/, '') : before + after.replace(/^\r?\n/, '')
}

/** Whether our block is in the text. */
export function hasBlock(text: string, style: MarkerStyle): boolean {
  return blockRange(text, style) !== null
}

function blockRange(text: string, style: MarkerStyle): [number, number] | null {
  const [begin, end] = MARKERS[style]
  const from = text.indexOf(begin)
  const to = from === -1 ? -1 : text.indexOf(end, from)
  return to === -1 ? null : [from, to + end.length]
}

/** The text with our line: in place of an older one of ours, else at the end. */
export function withLine(text: string | null, line: string): string {
  const newline = newlineOf(text ?? '')
  if (text === null || text === '') return line + newline
  const lines = text.split(newline)
  const at = lines.findIndex(isOurs)
  if (at === -1) return append(text, line, newline)
  return lines.map((old, index) => (index === at ? line : old)).join(newline)
}

/** The text without our lines. */
export function withoutLines(text: string): string {
  const newline = newlineOf(text)
  return text
    .split(newline)
    .filter((line) => !isOurs(line))
    .join(newline)
}

function isOurs(line: string): boolean {
  return line.trimEnd().endsWith(LINE_MARK) && / hook [a-z-]+ /.test(line)
}

/** Adds at the end; a file that ends without a newline goes on doing so. */
function append(text: string, addition: string, newline: string): string {
  return text.endsWith(newline) ? text + addition + newline : text + newline + addition
}

function newlineOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n'
}
