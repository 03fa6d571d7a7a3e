/** The door to the yaml package. JSON is YAML, so it also finds the line of a key in a JSON file. */
import type { Node } from 'yaml'
import { readPlainYaml } from './plain-yaml.ts'

/** Loaded when it is first needed, which a hook hardly ever does: evaluating the package takes 10 ms. */
function yamlPackage(): typeof import('yaml') {
  return require('yaml')
}

export interface YamlText {
  readonly data: unknown
  /** The first syntax error, with its line counted from 1. */
  readonly error: { readonly line: number; readonly message: string } | null
  /** The line (from 1) where the value at `path` stands, or of the nearest thing above it. */
  lineOf(path: readonly (string | number)[]): number
}

/** Reads YAML (or JSON) text; never throws, a syntax error is in `error`. */
export function readYaml(text: string): YamlText {
  const data = readPlainYaml(text)
  return data === null
    ? readWithPackage(text)
    : { data, error: null, lineOf: (path) => readWithPackage(text).lineOf(path) }
}

function readWithPackage(text: string): YamlText {
  const { isNode, LineCounter, parseDocument } = yamlPackage()
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const [first] = document.errors
  const lineAt = (offset: number) => lines.linePos(offset).line || 1
  return {
    data: first ? null : document.toJS(),
    error: first ? { line: lineAt(first.pos[0]), message: first.message.split(' at line ')[0] ?? first.message } : null,
    lineOf: (path) => {
      for (let length = path.length; length > 0; length--) {
        const node = document.getIn(path.slice(0, length), true) as Node | undefined
        if (isNode(node) && node.range) return lineAt(node.range[0])
      }
      return 1
    },
  }
}

/** YAML text of plain data, one value a line, nothing folded. */
export function writeYaml(data: unknown): string {
  return yamlPackage().stringify(data, { lineWidth: 0 })
}

export interface Member {
  readonly key: string
  /** Offset of the key's first character. */
  readonly keyStart: number
  readonly valueStart: number
  /** Offset after the value's last character. */
  readonly valueEnd: number
}

/** An object in a JSON text: where it stands and its members in order; null where `path` leads to no object. */
export function jsonObjectAt(
  text: string,
  path: readonly string[],
): { readonly start: number; readonly end: number; readonly members: readonly Member[] } | null {
  const { isMap, isNode, isScalar, parseDocument } = yamlPackage()
  const document = parseDocument(text)
  const node = path.length === 0 ? document.contents : document.getIn(path, true)
  if (document.errors.length > 0 || !isMap(node) || !node.range) return null
  const members = node.items.flatMap(({ key, value }) => {
    if (!isScalar(key) || !isNode(value) || !key.range || !value.range) return []
    return [{ key: String(key.value), keyStart: key.range[0], valueStart: value.range[0], valueEnd: value.range[1] }]
  })
  return { start: node.range[0], end: node.range[1], members }
}

/** An array in a JSON text: where it stands and its items in order; null where `path` leads to none. */
export function jsonArrayAt(
  text: string,
  path: readonly string[],
): { readonly start: number; readonly end: number; readonly items: readonly { start: number; end: number }[] } | null {
  const { isNode, isSeq, parseDocument } = yamlPackage()
  const document = parseDocument(text)
  const node = document.getIn(
    path.map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
    true,
  )
  if (document.errors.length > 0 || !isSeq(node) || !node.range) return null
  const items = node.items.flatMap((item) =>
    isNode(item) && item.range ? [{ start: item.range[0], end: item.range[1] }] : [],
  )
  return { start: node.range[0], end: node.range[1], items }
}
