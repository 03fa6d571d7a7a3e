import type { Command } from './command.ts'
import { usageError } from './command.ts'

export const command: Command = {
  summary: 'land',
  usage: '',
  options: {},
  positionals: [0, 0],
  examples: [],
  run: async () => {
    throw usageError('land is not written yet')
  },
}
