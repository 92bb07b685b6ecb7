import { commonOptions, type Command, type Option } from './command.ts'

/** What is told without a command. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2
  return `thole, the command line of Thole: self-hosted storage and pinning for IPFS.

Usage: thole COMMAND [OPTION…]

${commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join('\n')}

"thole COMMAND --help" tells more, with examples. ${where}
`
}

/** Like a page of `man`. */
export function manual(command: Command): string {
  const { name, summary, description, options = {}, examples } = command
  const sections: [title: string, body: string][] = [
    ['NAME', `thole ${name} - ${summary}`],
    ['SYNOPSIS', synopsis(command)],
    ['DESCRIPTION', wrap(description)],
    ['OPTIONS', [...Object.entries(options), ...Object.entries(commonOptions)].map(optionInWords).join('\n')],
    ['EXAMPLES', examples.map(([line, does]) => `${does}:\n    ${line}`).join('\n\n')],
    ['ENVIRONMENT', wrap(environment)],
    ['EXIT STATUS', '0 done, 1 failed, 2 not understood, 3 not found, 4 refused'],
  ]
  return `${sections.map(([title, body]) => `${title}\n${indent(body)}`).join('\n\n')}\n`
}

/** One line. */
export function synopsis({ name, takes, options = {} }: Command): string {
  const flags = Object.entries(options).map(([option, { value, several }]) => `[--${option}${value ? ` ${value}` : ''}]${several ? '…' : ''}`)
  return ['thole', name, takes, ...flags].filter(Boolean).join(' ')
}

const where = 'The server is THOLE_URL, the key THOLE_KEY; "thole login" keeps both.'
const environment = `THOLE_URL, THOLE_KEY: the server and the key; they go before what "thole login" kept.
XDG_CONFIG_HOME, XDG_STATE_HOME: where that is kept, and where "import" keeps how far it came.`

function optionInWords([name, { value, short, help, choices }]: [string, Option]): string {
  const flags = `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`
  return `${flags}\n${indent(wrap(choices ? `${help}: ${choices.join(', ')}` : help, 70))}`
}

function indent(text: string): string {
  return text.split('\n').map((line) => line && `    ${line}`).join('\n')
}

function wrap(text: string, width = 76): string {
  return text.split('\n').map((paragraph) => wrapLine(paragraph, width)).join('\n')
}

function wrapLine(text: string, width: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line && line.length + word.length >= width) {
      lines.push(line)
      line = ''
    }
    line += line ? ` ${word}` : word
  }
  return [...lines, line].join('\n')
}
