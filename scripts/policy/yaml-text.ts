/** The door to the yaml package. JSON is YAML, so it also finds the line of a key in a JSON file. */
import { isNode, LineCounter, type Node, parseDocument, stringify } from 'yaml'

export interface YamlText {
  readonly data: unknown
  /** The first syntax error, with its line counted from 1. */
  readonly error: { readonly line: number; readonly message: string } | null
  /** The line (from 1) where the value at `path` stands, or of the nearest thing above it. */
  lineOf(path: readonly (string | number)[]): number
}

/** Reads YAML (or JSON) text; never throws, a syntax error is in `error`. */
export function readYaml(text: string): YamlText {
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
  return stringify(data, { lineWidth: 0 })
}
