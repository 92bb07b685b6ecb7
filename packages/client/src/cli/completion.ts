import { commonOptions, type Command, type Option } from './command.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** What a shell reads to complete commands, options and files. */
export function completion(shell: Shell, commands: readonly Command[]): string {
  return { bash, zsh, fish }[shell](commands)
}

/** First words, and what may stand behind those that begin two-word commands. */
function tree(commands: readonly Command[]): Map<string, string[]> {
  const words = new Map<string, string[]>()
  for (const { name } of commands) {
    const [first, second] = name.split(' ') as [string, string?]
    words.set(first, [...(words.get(first) ?? []), ...(second ? [second] : [])])
  }
  return words
}

function optionsOf(command: Command): [string, Option][] {
  return Object.entries({ ...command.options, ...commonOptions })
}

function flags(command: Command): string {
  return optionsOf(command).map(([name]) => `--${name}`).join(' ')
}

function bash(commands: readonly Command[]): string {
  const words = tree(commands)
  const seconds = [...words].filter(([, next]) => next.length > 0).map(([first, next]) => `    ${quote(first)}) COMPREPLY=($(compgen -W ${quote(next.join(' '))} -- "$cur")); return;;`)
  const options = commands.map((command) => `    ${quote(command.name)}|${quote(`${command.name} `)}*) flags=${quote(flags(command))};;`)
  const choices = commands.flatMap(optionsOf).filter(([, { choices: some }]) => some).map(([name, { choices: some }]) => [`    --${name}) COMPREPLY=($(compgen -W ${quote(some!.join(' '))} -- "$cur")); return;;`])
  return `# bash completion for thole: source <(thole completion bash)
_thole() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} typed="\${COMP_WORDS[*]:1:COMP_CWORD-1}" flags=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W ${quote([...words.keys()].join(' '))} -- "$cur")); return; fi
  if [ "$COMP_CWORD" -eq 2 ]; then case "$prev" in
${seconds.join('\n')}
  esac; fi
  case "$prev" in
${[...new Set(choices.flat())].join('\n')}
  esac
  case "$typed" in
${options.join('\n')}
  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$cur")); else compopt -o default 2>/dev/null; fi
}
complete -F _thole thole
`
}

function zsh(commands: readonly Command[]): string {
  const words = tree(commands)
  const describe = (first: string) => commands.find(({ name }) => name === first)?.summary ?? `${first} …`
  const cases = commands.map((command) => {
    const specs = optionsOf(command).map(([name, option]) => `      ${quote(zshSpec(name, option))}`)
    return `    ${quote(command.name)}|${quote(`${command.name} `)}*) _arguments -S \\\n${specs.join(' \\\n')} \\\n      '*:file:_files';;`
  })
  const seconds = [...words].filter(([, next]) => next.length > 0).map(([first, next]) => `    ${first}) compadd -- ${next.map(quote).join(' ')}; return;;`)
  return `#compdef thole
# zsh completion for thole: thole completion zsh > "\${fpath[1]}/_thole", or: source <(thole completion zsh)
_thole() {
  local typed="\${(j: :)words[2,CURRENT-1]}"
  local -a commands=(
${[...words.keys()].map((first) => `    ${quote(`${first}:${describe(first)}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  if (( CURRENT == 3 )); then case $words[2] in
${seconds.join('\n')}
  esac; fi
  case $typed in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _thole ]; then _thole "$@"; else compdef _thole thole; fi
`
}

function zshSpec(name: string, { value, help, choices, several }: Option): string {
  const words = help.replaceAll(/[[\]:]/g, ' ')
  const takes = value ? `:${value}:${choices ? `(${choices.join(' ')})` : value === 'FILE' || value === 'PATH' ? '_files' : ' '}` : ''
  return `${several ? '*' : ''}--${name}[${words}]${takes}`
}

function fish(commands: readonly Command[]): string {
  const words = tree(commands)
  const firsts = [...words].map(([first, next]) => {
    const summary = commands.find(({ name }) => name === first)?.summary ?? ''
    const own = `complete -c thole -n __fish_use_subcommand -f -a ${quote(first)}${summary ? ` -d ${quote(summary)}` : ''}`
    const behind = next.map((word) => `complete -c thole -n ${quote(`__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${next.join(' ')}`)} -f -a ${quote(word)}`)
    return [own, ...behind].join('\n')
  })
  const options = commands.flatMap((command) => optionsOf(command).map(([name, { value, short, help, choices }]) => {
    const isSeen = command.name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
    const takes = value ? ` -r${choices ? ` -f -a ${quote(choices.join(' '))}` : ''}` : ''
    return `complete -c thole -n ${quote(isSeen)} -l ${name}${short ? ` -s ${short}` : ''}${takes} -d ${quote(help)}`
  }))
  return `# fish completion for thole: thole completion fish | source\n${[...firsts, ...options].join('\n')}\n`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
