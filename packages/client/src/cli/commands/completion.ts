import type { Command } from '../command.ts'
import { completion, shells } from '../completion.ts'
import { UsageError } from '../usage-error.ts'

export function completionCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    summary: 'prints what bash, zsh or fish reads to complete commands',
    takes: 'SHELL',
    arguments: { least: 1, most: 1 },
    description: 'Prints a script for bash, zsh or fish. After it was read, Tab completes commands, options and files.',
    examples: [
      ['source <(thole completion bash)', 'In ~/.bashrc'],
      ['thole completion zsh > "${fpath[1]}/_thole"', 'For zsh'],
      ['thole completion fish > ~/.config/fish/completions/thole.fish', 'For fish'],
    ],
    async run({ positionals: [name], surroundings }) {
      const shell = shells.find((known) => known === name)
      if (!shell) throw new UsageError(`There are completions for ${shells.join(', ')}.`)
      surroundings.stdout.write(completion(shell, commands()))
    },
  }
}
